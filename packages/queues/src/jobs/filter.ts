import { createHash } from "node:crypto";
import { CandidateId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Runs the gates over fetched candidates: each is kept, or dropped with one reason. */
export const filterCandidates = defineJob({
  name: "filter.candidates",
  payload: z.object({
    candidateIds: z.array(CandidateId).min(1).max(64),
    /** By which judging again they came once more: another task than the one that filtered them before. */
    rejudge: z.number().int().optional(),
    /** With `rejudge`: they came as what they were like has left the pool. */
    unlike: z.boolean().optional(),
    /** How often they came once more because the thresholds were set anew while they were measured. */
    again: z.number().int().min(1).optional(),
  }),
  key: ({ candidateIds, rejudge, unlike = false, again }) => {
    const whose =
      rejudge === undefined
        ? candidateIds.join(",")
        : `rejudge-${rejudge}${unlike ? ".unlike" : ""}.${createHash("sha256").update(candidateIds.join("\n")).digest("hex").slice(0, 32)}`;
    return again === undefined ? whose : `${whose}.${again}`;
  },
  chunk: "candidateIds",
  leaseSeconds: 180,
});

/** Finds what is to be judged again after an id; writes the tasks of as many ranges as one look finds, and that of the next look. */
export const planRejudge = defineJob({
  name: "filter.plan-rejudge",
  payload: z.object({ rejudge: z.number().int(), after: z.string().max(200).default("") }),
  key: ({ rejudge, after }) => `${rejudge}.${after || "first"}`,
  leaseSeconds: 60,
});

/** Judges again what the filter ended: the candidates with ids over `after` up to `upTo`, or all that follow. */
export const rejudgeCandidates = defineJob({
  name: "filter.rejudge",
  payload: z.object({
    rejudge: z.number().int(),
    after: z.string().max(200),
    upTo: z.string().max(200).nullable(),
  }),
  key: ({ rejudge, after }) => `${rejudge}.${after || "first"}`,
  leaseSeconds: 60,
});

/** Judges near duplicates again whose like was withdrawn, once all ranges of a judging again are done: a page of them with ids over `after`. */
export const rejudgeAlike = defineJob({
  name: "filter.rejudge-alike",
  payload: z.object({ rejudge: z.number().int(), after: z.string().max(200).default("") }),
  key: ({ rejudge, after }) => `${rejudge}.${after || "first"}`,
  leaseSeconds: 60,
});
