import { DIAL_KEYS } from "@anyone/domain/filter/dials";
import { GATE_NAMES } from "@anyone/domain/filter/verdict";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment } from "./page.ts";

export const Thresholds = z.object({
  /** What verdicts store: the filter's own version, and on top of it the operator's, as in `5+3`. */
  version: z.string(),
  /** sha256 of all thresholds: the same values have the same hash. */
  hash: z.string(),
  /** Null, as `made_by`, while nobody ever changed the filter's own. */
  made_at: Moment.nullable(),
  made_by: z.string().nullable(),
  note: z.string().nullable(),
  thresholds: z.array(
    z.object({
      gate: z.enum(GATE_NAMES),
      name: z.enum(DIAL_KEYS),
      unit: z.string(),
      /** Null: the gate is off. */
      value: z.number().nullable(),
      default: z.number().nullable(),
      /** The bounds within which it may be set. */
      low: z.number(),
      high: z.number(),
      /** Since when it has this value; null: always. */
      since: Moment.nullable(),
    }),
  ),
});
export type Thresholds = z.infer<typeof Thresholds>;

const Count = z.number().int();

/** What judging again changes. The three counts after the first are disjoint. */
const Changes = z.object({
  /** Candidates whose stored measurement was judged again. */
  judged: Count,
  /** Dropped before, kept now: the asset comes back, or one is made of the stored bytes. */
  newly_kept: Count,
  /** Kept before, dropped now: the asset is withdrawn. */
  newly_dropped: Count,
  /** Dropped before, and no gate drops it by what was measured, but some have not seen it: the filter measures the stored bytes first. */
  to_measure: Count,
  /** The same, but its bytes were never stored: it must be fetched again first. */
  to_fetch: Count,
});

export const RejudgePlan = Changes.extend({
  /** Kept, though a gate that is on has no score of it: judging again does not measure. */
  unmeasured: Count,
  /** Where something changes: by the gate that drops now, or dropped before. */
  by_gate: z.array(z.object({ gate: z.string(), newly_kept: Count, newly_dropped: Count })),
  by_source: z.array(z.object({ source: z.string(), newly_kept: Count, newly_dropped: Count })),
});
export type RejudgePlan = z.infer<typeof RejudgePlan>;

/** How far the last one is. Its tasks are counted as they are written: more may follow while it runs. */
export const RejudgeProgress = Changes.extend({
  id: Count,
  /** Version of the thresholds in force when it began. */
  thresholds: z.string(),
  tasks: Count,
  tasks_done: Count,
  started_by: z.string(),
  started_at: Moment,
  finished_at: Moment.nullable(),
});
export type RejudgeProgress = z.infer<typeof RejudgeProgress>;

/** The thresholds of the filter, and judging again by what was measured. */
export const thresholdsApi = {
  getThresholds: operation({
    path: "/v1/filter/thresholds",
    stage: "filter",
    access: "operator",
    summary: "The thresholds in force: what the operator set, and what the filter brings",
    answer: Thresholds,
  }),
  putThresholds: operation({
    method: "PUT",
    path: "/v1/filter/thresholds",
    stage: "filter",
    access: "operator",
    summary: "Sets the named thresholds, null for off, and leaves the others as they are",
    body: z.strictObject({
      thresholds: z.record(z.string().max(100), z.number().nullable()),
      /** The version that the writer saw: refused when somebody set others since. Absent: whatever stands. */
      version: z.string().max(100).optional(),
      /** Why. */
      note: z.string().trim().max(500).optional(),
    }),
    answer: Thresholds,
  }),
  planRejudge: operation({
    path: "/v1/filter/rejudge/plan",
    stage: "filter",
    access: "operator",
    summary: "What judging every candidate again by what was measured on it would change",
    answer: RejudgePlan,
  }),
  rejudge: operation({
    method: "POST",
    path: "/v1/filter/rejudge",
    stage: "filter",
    access: "operator",
    summary: "Begins to judge every candidate again; refused while that is done under the same thresholds already",
    body: z.strictObject({}),
    answer: RejudgeProgress,
    status: 202,
  }),
  getRejudge: operation({
    path: "/v1/filter/rejudge",
    stage: "filter",
    access: "operator",
    summary: "How far the last judging again is",
    answer: RejudgeProgress,
  }),
} as const;
