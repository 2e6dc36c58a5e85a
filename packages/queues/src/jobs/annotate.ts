import { AssetId, LabellerId, ProtocolId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Asks the labeller the protocol's questions about a chunk of assets. */
export const annotateAssets = defineJob({
  name: "annotate.assets",
  payload: z.object({
    assetIds: z.array(AssetId).min(1).max(64),
    protocolId: ProtocolId,
    /** Absent: whichever labeller is promoted when the task runs. */
    labellerId: LabellerId.optional(),
    /** The iteration that waits for these answers, if one does. */
    iteration: z.number().int().optional(),
    /** By which judging again they came back to the pool. */
    rejudge: z.number().int().optional(),
    /** What else brought them back: a recheck of consent, or a look at the grants. */
    returnedBy: z.string().max(64).optional(),
  }),
  key: ({ assetIds, protocolId, labellerId, iteration, rejudge, returnedBy }) => {
    const back = `${rejudge === undefined ? "" : `r${rejudge}.`}${returnedBy === undefined ? "" : `${returnedBy}.`}`;
    return `${protocolId}.${labellerId ?? "current"}.${iteration ?? 0}.${back}${assetIds.join(",")}`;
  },
  chunk: "assetIds",
  leaseSeconds: 180,
});
