import type { Iteration } from "@anyone/db/iterations";
import { poolEstimates } from "@anyone/db/pool-estimates";
import { estimatePool as estimate, type PoolEstimate } from "@anyone/domain/review/pool-estimate";
import type { ReviewContext } from "./context.ts";
import { readEvaluation } from "./read-evaluation.ts";

/**
 * How often the labeller that has just answered the pool is right there, and how much of the pool has each option: its
 * answers about everything, corrected by what people said about the evaluation set.
 */
export async function estimatePool(iteration: Iteration, { db, protocols }: ReviewContext): Promise<PoolEstimate[]> {
  const protocol = await protocols.get(iteration.protocolId);
  const { items } = await readEvaluation(db, iteration, protocol);
  return estimate(protocol, {
    evaluation: items,
    cells: await poolEstimates.cells(db, iteration.protocolId, iteration.evaluationSetId),
  });
}
