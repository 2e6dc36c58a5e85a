import { addTasks } from "@anyone/db/add-tasks";
import { type Settled, settleLeaving } from "@anyone/db/leaving";
import type { CandidateId, ProtocolId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";
import { chunks } from "@anyone/queues/chunks";
import { next } from "@anyone/queues/job";
import { annotateAssets } from "@anyone/queues/jobs/annotate";

/** Assets of one task that annotates. */
const CHUNK = 64;

/**
 * Lets the assets of some candidates leave the pool, or come back to it, and has those annotated that came back without answers. The caller
 * holds the pool's lock.
 * @param by what asked for it; no two times are called the same
 */
export async function settlePool(
  tx: Transaction,
  candidateIds: readonly CandidateId[],
  { protocolId, by }: { protocolId: ProtocolId; by: string },
): Promise<Settled> {
  const settled = await settleLeaving(tx, candidateIds, protocolId);
  await addTasks(
    tx,
    chunks(settled.unanswered, CHUNK).map((assetIds) => next(annotateAssets, { assetIds, protocolId, returnedBy: by })),
  );
  return settled;
}
