import { CandidateId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Runs the gates over fetched candidates: each is kept, or dropped with one reason. */
export const filterCandidates = defineJob({
  name: "filter.candidates",
  payload: z.object({ candidateIds: z.array(CandidateId).min(1).max(64) }),
  key: ({ candidateIds }) => candidateIds.join(","),
  chunk: "candidateIds",
  leaseSeconds: 180,
});
