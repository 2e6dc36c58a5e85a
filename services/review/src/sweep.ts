import { addTasks } from "@anyone/db/add-tasks";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { iterations } from "@anyone/db/iterations";
import { reviewSlots } from "@anyone/db/review-slots";
import { nextStep } from "@anyone/domain/review/iteration";
import { next } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { Logger } from "@anyone/runtime/logger";
import type { ReviewContext } from "./context.ts";
import { slotSome } from "./slot-pages.ts";

/** Pages that one look gives their slots at most: a table of millions is done in steps. */
const PAGES = 1_000;

/**
 * Finds an iteration that could go on although nobody nudged it, and nudges it. What is waited for may end in many
 * places (a run, a dead chunk, an operator's hand); this look makes none of them responsible. Returns whether it nudged.
 */
export async function sweepIteration({ db }: Pick<ReviewContext, "db">, slot: number): Promise<boolean> {
  const iteration = await iterations.latest(db);
  if (!iteration || iteration.state === "closed") return false;
  if (nextStep(await iterationFacts.read(db, iteration)).do === "wait") return false;
  const task = next(advanceIteration, { iteration: iteration.number, nudge: `sweep-${iteration.state}-${slot}` });
  return (await db.transaction((tx) => addTasks(tx, [task]))).length > 0;
}

/** Gives slots to pages that have none, and ends what was held too long of pages that are over. */
async function sweepSlots({ db, protocols }: ReviewContext): Promise<void> {
  await db.transaction((tx) => slotSome(tx, protocols, PAGES));
  await reviewSlots.endLate(db);
}

/** Looks every few seconds; a look that fails (the database is away) is tried again at the next. */
export function startSweep(context: ReviewContext, log: Logger, everyMs = 5_000): { stop(): Promise<void> } {
  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    looking = sweepIteration(context, Math.floor(Date.now() / everyMs))
      .then(() => sweepSlots(context))
      .catch((error: unknown) => log.warn({ err: error }, "the look for a waiting iteration failed"));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
    },
  };
}
