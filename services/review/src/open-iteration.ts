import { addTasks } from "@anyone/db/add-tasks";
import { carryAnswers } from "@anyone/db/carry-answers";
import { recordEvent } from "@anyone/db/events";
import { CONTINUES, type Iteration, iterations } from "@anyone/db/iterations";
import { labellerRepository } from "@anyone/db/labellers";
import { readSetting } from "@anyone/db/settings";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import { carrySettled } from "@anyone/domain/review/carry-settled";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { ReviewContext } from "./context.ts";

/** The operator's setting that iterations copy when they open. */
export const POLICY_SETTING = "review.policy";

/** The job: opens iteration `iteration`, or says why there was nothing to open. */
export async function openIteration(
  { iteration, trigger }: { iteration: number; trigger: string },
  { db, protocols }: ReviewContext,
): Promise<Outcome> {
  const latest = await iterations.latest(db);
  if (latest && latest.state !== "closed") return skipped("iteration-open");
  if (iteration !== (latest?.number ?? 0) + 1) return skipped("not-the-next-iteration");
  const plan = await planIteration({ db, protocols }, trigger);
  return done({
    write: async (tx) => {
      await iterations.lockOpening(tx);
      if ((await iterations.latest(tx))?.number === latest?.number) await writeIteration(tx, plan);
    },
    next: [next(advanceIteration, { iteration, nudge: "opened" })],
  });
}

/**
 * The call: opens the next iteration now and returns its number.
 *
 * @throws Fault `conflict` while one is open.
 */
export async function openNextIteration({ trigger }: { trigger: string }, context: ReviewContext): Promise<number> {
  const plan = await planIteration(context, trigger || "manual");
  return context.db.transaction(async (tx) => {
    await iterations.lockOpening(tx);
    const latest = await iterations.latest(tx);
    if (latest && latest.state !== "closed") {
      throw fault("conflict", `Iteration ${latest.number} is open (${latest.state}).`, {
        hint: "Wait until it closes.",
      });
    }
    const number = (latest?.number ?? 0) + 1;
    await writeIteration(tx, { ...plan, number });
    await addTasks(tx, [next(advanceIteration, { iteration: number, nudge: "opened" })]);
    return number;
  });
}

type Plan = Parameters<typeof iterations.open>[1];

/**
 * The first iteration of a protocol asks everything; each later one what the one before did not settle. It runs under the
 * protocol in use when it opens, to its end, whatever is put in use meanwhile.
 */
async function planIteration({ db, protocols }: ReviewContext, trigger: string): Promise<Plan> {
  const protocol = await protocols.current();
  const latest = await iterations.latest(db);
  const policy = ReviewPolicy.parse((await readSetting(db, POLICY_SETTING))?.value ?? {});
  const settled = latest ? await carryOver(db, latest, await protocols.get(latest.protocolId), protocol) : [];
  return {
    number: (latest?.number ?? 0) + 1,
    protocolId: protocol.identity,
    trigger,
    // a loop runs under the policy it began with
    policy: trigger === CONTINUES && latest ? latest.policy : policy,
    asked: protocol.categories.map(({ n }) => n).filter((n) => !settled.includes(n)),
    // stands until this iteration's own score, also when it is given up before
    settled,
    labellerBefore: (await labellerRepository(db).promoted(protocol.identity))?.id ?? null,
  };
}

/** What stays settled. Under a newer version of the protocol what was answered before is carried over first. */
async function carryOver(
  db: ReviewContext["db"],
  latest: Iteration,
  older: Protocol,
  newer: Protocol,
): Promise<number[]> {
  if (older.identity === newer.identity) return latest.settled;
  if (older.protocol !== newer.protocol) return [];
  await carryAnswers(db, older, newer);
  return carrySettled(older, newer, latest.settled);
}

async function writeIteration(tx: Parameters<typeof iterations.open>[0], plan: Plan): Promise<void> {
  await iterations.open(tx, plan);
  await recordEvent(tx, {
    stage: "review",
    kind: "iteration-opened",
    text: `Iteration ${plan.number} opened (${plan.trigger}); it asks people ${plan.asked.length} categories`,
    data: { iteration: plan.number, asked: plan.asked.length, trigger: plan.trigger },
  });
}
