import { iterationFacts } from "@anyone/db/iteration-facts";
import { type Iteration, iterations } from "@anyone/db/iterations";
import { done, next, type Outcome } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";
import type { ReviewContext } from "./context.ts";

const CHUNK = 64;
/** Tasks of one tick: a pool of millions is planned in steps, each waiting for the one before. */
const CHUNKS_PER_TICK = 256;

/** Plans the labeller's answers about what it was not asked about yet: a state's work, chunk by chunk. */
export async function annotateAgain(iteration: Iteration, { db }: ReviewContext): Promise<Outcome> {
  const assetIds = await iterationFacts.unanswered(db, iteration, CHUNK * CHUNKS_PER_TICK);
  const chunks = Array.from({ length: Math.ceil(assetIds.length / CHUNK) }, (_, place) =>
    assetIds.slice(place * CHUNK, (place + 1) * CHUNK),
  );
  const last = assetIds.at(-1);
  return done({
    write: async (tx) => {
      if (last !== undefined) await iterations.askedTo(tx, iteration, last);
    },
    next: chunks.map((chunk) =>
      next(annotateAssets, {
        assetIds: chunk,
        protocolId: iteration.protocolId,
        labellerId: iteration.labellerAfter ?? undefined,
        iteration: iteration.number,
      }),
    ),
  });
}
