import { CheckpointId, Ordinal, RunId } from "@anyone/domain/ids";
import { Recipe } from "@anyone/domain/train/run";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment, PageQuery, pageOf } from "./page.ts";

const RunState = z.enum(["waiting", "leased", "done", "failed", "cancelled"]);
const RunKind = z.enum(["diffusion", "labeller", "evaluation"]);

export const Run = z.object({
  id: z.string(),
  kind: RunKind,
  recipe: z.string(),
  config: z.unknown(),
  /** `hola` or `plain`: runs of one comparison. */
  arm: z.string().nullable(),
  seed: z.number().int(),
  version: z.number().int().nullable(),
  iteration: z.number().int().nullable(),
  state: RunState,
  attempt: z.number().int(),
  worker: z.string().nullable(),
  leaseUntil: Moment.nullable(),
  step: z.number().int(),
  steps: z.number().int(),
  result: z.unknown(),
  reason: z.string().nullable(),
  createdAt: Moment,
  startedAt: Moment.nullable(),
  finishedAt: Moment.nullable(),
});
export type Run = z.infer<typeof Run>;

export const Curve = z.object({
  name: z.string(),
  steps: z.array(z.number().int()),
  values: z.array(z.number()),
});
export type Curve = z.infer<typeof Curve>;

export const Checkpoint = z.object({
  id: z.string(),
  runId: z.string(),
  kind: RunKind,
  arm: z.string().nullable(),
  version: z.number().int().nullable(),
  step: z.number().int(),
  sha256: z.string(),
  current: z.boolean(),
  promotedAt: Moment.nullable(),
  createdAt: Moment,
});
export type Checkpoint = z.infer<typeof Checkpoint>;

const byRun = z.object({ id: RunId });

export const trainApi = {
  listRuns: operation({
    path: "/v1/runs",
    stage: "train",
    access: "operator",
    summary: "Lists runs, latest first",
    query: PageQuery.extend({
      kind: RunKind.optional(),
      state: RunState.optional(),
      version: z.coerce.number().pipe(Ordinal).optional(),
    }),
    answer: pageOf(Run),
  }),
  startRuns: operation({
    method: "POST",
    path: "/v1/runs",
    stage: "train",
    access: "operator",
    summary: "Plans the runs of a recipe on a released version: every arm and seed of it",
    body: z.strictObject({ version: Ordinal, recipe: Recipe }),
    answer: z.object({ taskId: z.string(), repeated: z.boolean() }),
    status: 202,
  }),
  getRun: operation({
    path: "/v1/runs/:id",
    stage: "train",
    access: "operator",
    summary: "One run",
    params: byRun,
    answer: Run,
  }),
  getMetrics: operation({
    path: "/v1/runs/:id/metrics",
    stage: "train",
    access: "operator",
    summary: "A run's curves, each thinned to at most `points` (every value stays within its bucket's mean)",
    params: byRun,
    query: z.object({
      names: z.string().max(500).optional(),
      points: z.coerce.number().int().min(2).max(5000).default(600),
    }),
    answer: z.object({ curves: z.array(Curve) }),
  }),
  listCheckpoints: operation({
    path: "/v1/checkpoints",
    stage: "train",
    access: "operator",
    summary: "Lists checkpoints, latest first",
    query: PageQuery.extend({ runId: RunId.optional() }),
    answer: pageOf(Checkpoint),
  }),
  getCheckpoint: operation({
    path: "/v1/checkpoints/:id",
    stage: "train",
    access: "operator",
    summary: "One checkpoint",
    params: z.object({ id: CheckpointId }),
    answer: Checkpoint,
  }),
} as const;
