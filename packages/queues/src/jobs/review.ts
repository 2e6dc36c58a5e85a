import { AssetId, Ordinal, ProtocolId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Opens the next iteration of annotate ⇄ review, unless one is open. */
export const openIteration = defineJob({
  name: "review.open-iteration",
  payload: z.object({ iteration: Ordinal, trigger: z.string().max(200) }),
  key: ({ iteration }) => String(iteration),
});

/** One tick of an iteration's state machine: does what its state allows, and nothing when it must still wait. */
export const advanceIteration = defineJob({
  name: "review.advance",
  payload: z.object({ iteration: Ordinal, nudge: z.string().min(1).max(200) }),
  key: ({ iteration, nudge }) => `${iteration}.${nudge}`,
});

/** Settles what a file said about a chunk of assets: over the labeller's answers, and off the pages before people. */
export const settleImported = defineJob({
  name: "review.settle-imported",
  payload: z.object({
    protocolId: ProtocolId,
    assetIds: z.array(AssetId).min(1).max(64),
    /** Number of the first answer that was added with these: what tells two chunks of one asset apart. */
    from: z.string().regex(/^\d+$/),
  }),
  key: ({ protocolId, assetIds, from }) => `${from}.${protocolId}.${assetIds.join(",")}`,
  chunk: "assetIds",
});
