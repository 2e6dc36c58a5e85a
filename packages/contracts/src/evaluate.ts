import { isZone } from "@anyone/domain/evaluate/schedule";
import { CheckpointId, Ordinal } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment } from "./page.ts";

export const Metric = z.object({
  name: z.string(),
  /** `unavailable`: there is no model for it, and then there is no number either. */
  state: z.enum(["measured", "unavailable"]),
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int().nullable(),
  seed: z.number().int().nullable(),
  method: z.string(),
  /** Identity of the model that measured: slot, model, version, sha256, tier. */
  model: Facts.nullable(),
});
export type Metric = z.infer<typeof Metric>;

export const Report = z.object({
  id: z.string(),
  checkpointId: z.string(),
  version: z.number().int(),
  state: z.string(),
  settings: z.unknown(),
  /** Whether `GET /v1/reports/:id/grid` has a picture. */
  grid: z.boolean(),
  arm: z.string().nullable(),
  seed: z.number().int().nullable(),
  step: z.number().int().nullable(),
  createdAt: Moment,
  finishedAt: Moment.nullable(),
  metrics: z.array(Metric),
});
export type Report = z.infer<typeof Report>;

export const Promotion = z.object({
  id: z.string(),
  slot: z.string(),
  subject: z.string(),
  previous: z.string().nullable(),
  promoted: z.boolean(),
  rule: z.string(),
  reason: z.string(),
  facts: z.unknown(),
  decidedAt: Moment,
});
export type Promotion = z.infer<typeof Promotion>;

export const Schedule = z.object({
  id: z.string(),
  kind: z.enum(["cron", "growth"]),
  cron: z.string().nullable(),
  zone: z.string(),
  /** Assets admitted since the last version. */
  growth: z.number().int().nullable(),
  enabled: z.boolean(),
  firedAt: Moment.nullable(),
  fires: z.number().int(),
  updatedAt: Moment,
});
export type Schedule = z.infer<typeof Schedule>;

const ScheduleId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "lower-case letters, digits and dashes, at most 60");

const Zone = z.string().max(64).refine(isZone, "not a time zone, for example UTC or Europe/Berlin");

export const ScheduleBody = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("cron"),
    /** Five fields: minute, hour, day of month, month, day of week. */
    cron: z.string().max(100).refine(isCron, "five fields: minute hour day month weekday, for example 0 3 * * 1"),
    zone: Zone.default("UTC"),
    enabled: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal("growth"),
    growth: z.number().int().min(1).max(100_000_000),
    enabled: z.boolean().default(true),
  }),
]);

const byReport = z.object({ id: z.string().min(1).max(200) });

export const evaluateApi = {
  listReports: operation({
    path: "/v1/reports",
    stage: "evaluate",
    access: "operator",
    summary: "Lists the reports with their metrics, latest first",
    query: z.object({ version: z.coerce.number().pipe(Ordinal).optional() }),
    answer: z.object({ items: z.array(Report) }),
  }),
  getReport: operation({
    path: "/v1/reports/:id",
    stage: "evaluate",
    access: "operator",
    summary: "One report",
    params: byReport,
    answer: Report,
  }),
  getGrid: operation({
    path: "/v1/reports/:id/grid",
    stage: "evaluate",
    access: "operator",
    summary: "A grid of generated images",
    params: byReport,
    contentType: "image/png",
  }),
  evaluate: operation({
    method: "POST",
    path: "/v1/reports",
    stage: "evaluate",
    access: "operator",
    summary: "Plans the evaluation of a checkpoint",
    body: z.strictObject({ checkpointId: CheckpointId, version: Ordinal }),
    answer: z.object({ taskId: z.string(), repeated: z.boolean() }),
    status: 202,
  }),
  listPromotions: operation({
    path: "/v1/promotions",
    stage: "evaluate",
    access: "operator",
    summary: "Every decision that a checkpoint or labeller answers from now on, or does not, and why",
    answer: z.object({ items: z.array(Promotion) }),
  }),
  listSchedules: operation({
    path: "/v1/schedules",
    stage: "evaluate",
    access: "operator",
    summary: "What opens the next turn: clocks and growth of the pool",
    answer: z.object({ items: z.array(Schedule) }),
  }),
  putSchedule: operation({
    method: "PUT",
    path: "/v1/schedules/:id",
    stage: "evaluate",
    access: "operator",
    summary: "Sets a schedule",
    params: z.object({ id: ScheduleId }),
    body: ScheduleBody,
    answer: Schedule,
  }),
} as const;

function isCron(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  return fields.length === 5 && fields.every((field) => /^[\d*,/A-Za-z?#L-]+$/.test(field));
}
