import { iterationFacts } from "@anyone/db/iteration-facts";
import { type Iteration, iterations } from "@anyone/db/iterations";
import type { NextTask } from "@anyone/domain/tasks";
import { chunks } from "@anyone/queues/chunks";
import { done, next, type Outcome } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";
import type { ReviewContext } from "./context.ts";

const CHUNK = 64;
/** Tasks of one tick: a pool of millions is planned in steps, each waiting for the one before. */
const CHUNKS_PER_TICK = 256;

/** Plans the labeller's answers about what it was not asked about yet: a state's work, chunk by chunk. */
export async function annotateAgain(iteration: Iteration, { db }: ReviewContext): Promise<Outcome> {
  const assetIds = await iterationFacts.unanswered(db, iteration, CHUNK * CHUNKS_PER_TICK);
  const last = assetIds.at(-1);
  return done({
    write: async (tx) => {
      if (last !== undefined) await iterations.askedTo(tx, iteration, last);
    },
    next: annotateInChunks(assetIds, {
      protocolId: iteration.protocolId,
      labellerId: iteration.labellerAfter ?? iteration.labellerBefore ?? undefined,
      iteration: iteration.number,
    }),
  });
}

/** The labeller's answers about assets as tasks; without `labellerId` by whichever is promoted when they run. */
export function annotateInChunks(
  assetIds: readonly string[],
  wanted: { protocolId: string; labellerId?: string | undefined; iteration: number },
): NextTask[] {
  return chunks(assetIds, CHUNK).map((chunk) => next(annotateAssets, { ...wanted, assetIds: chunk }));
}
