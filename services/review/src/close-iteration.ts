import { addTasks } from "@anyone/db/add-tasks";
import { recordEvent } from "@anyone/db/events";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { CONTINUES, type Iteration, iterations } from "@anyone/db/iterations";
import { poolEstimates } from "@anyone/db/pool-estimates";
import { sampledAssets, settleAnswers } from "@anyone/db/settled-answers";
import { versionRepository } from "@anyone/db/versions";
import { Fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome } from "@anyone/queues/job";
import { cutVersion } from "@anyone/queues/jobs/release";
import { openIteration } from "@anyone/queues/jobs/review";
import type { ReviewContext } from "./context.ts";
import { estimatePool } from "./estimate-pool.ts";

/**
 * Closes an iteration whose labeller has answered the whole pool: what that says of the pool is estimated, people's
 * answers are put over the labeller's, and the next iteration opens, or the loop has ended and a version is cut from what is settled.
 */
export async function closeIteration(iteration: Iteration, { db, protocols }: ReviewContext): Promise<Outcome> {
  const { number, stopReason, protocolId, policy } = iteration;
  const protocol = await protocols.get(protocolId);
  const estimates = await estimatePool(iteration, { db, protocols });
  const spread = await iterationFacts.spread(db, iteration);
  return done({
    write: async (tx) => {
      if (!(await iterations.move(tx, number, { from: "spreading", to: "closed" }))) return;
      await poolEstimates.record(tx, number, estimates);
      await settleAnswers(tx, protocol, await sampledAssets(tx, protocolId));
      const version = stopReason && policy.releaseWhenDone ? await openVersion(tx, db, iteration) : null;
      await recordEvent(tx, {
        stage: "review",
        kind: "iteration-closed",
        text:
          `Iteration ${number} closed: ${stopReason ?? "the next one follows"}${version ? `; version ${version} is cut` : ""}. ` +
          `${spread.anew} of ${spread.answered} images stand as its labeller answers them; about the others it says what was said`,
        data: { iteration: number, stop: stopReason, version, ...spread },
      });
    },
    next: stopReason ? [] : [next(openIteration, { iteration: number + 1, trigger: CONTINUES })],
  });
}

/** Closes an iteration that cannot go on; nothing it had not decided is decided. */
export function giveUp({ number, state }: Iteration, reason: string): Outcome {
  return done({
    write: async (tx) => {
      if (!(await iterations.move(tx, number, { from: state, to: "closed", stopReason: reason }))) return;
      await recordEvent(tx, {
        stage: "review",
        kind: "iteration-closed",
        text: `Iteration ${number} was given up: ${reason}. People's answers are kept; the next iteration learns from them`,
        data: { iteration: number, stop: reason },
      });
    },
  });
}

/** The number of the version now to be cut, or null while another one is in the cutting: that one is enough. */
async function openVersion(tx: Transaction, db: ReviewContext["db"], iteration: Iteration): Promise<number | null> {
  try {
    const version = await versionRepository(db).open(tx, {
      protocolId: iteration.protocolId,
      labellerId: iteration.labellerAfter,
      seed: iteration.policy.seed,
    });
    await addTasks(tx, [next(cutVersion, { version })]);
    return version;
  } catch (error) {
    if (error instanceof Fault && error.code === "conflict") return null;
    throw error;
  }
}
