import { Stage } from "@anyone/domain/flywheel";
import { z } from "zod";
import { Role } from "./access.ts";
import { operation } from "./operation.ts";
import { Moment, PageQuery, pageOf } from "./page.ts";

export const Identity = z.object({ id: z.string(), name: z.string(), role: Role });
export type Identity = z.infer<typeof Identity>;

export const ApiKey = Identity.extend({
  createdAt: Moment,
  usedAt: Moment.nullable(),
  revokedAt: Moment.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const Health = z.object({
  ok: z.boolean(),
  /** Why not, in one sentence. */
  reason: z.string().optional(),
  ready: z.number().int().optional(),
  leased: z.number().int().optional(),
  dead: z.number().int().optional(),
  oldestReadySeconds: z.number().optional(),
  /** Seconds since any task was last claimed. */
  lastClaimSeconds: z.number().nullable().optional(),
});

export const StageView = z.object({
  stage: Stage,
  /** Its tasks: chunks of work. */
  tasks: z.object({
    ready: z.number().int(),
    leased: z.number().int(),
    done: z.number().int(),
    dead: z.number().int(),
    oldestReadySeconds: z.number(),
  }),
  /** What it handles, and how many went through in the last minute and hour. */
  unit: z.string(),
  lastMinute: z.number().int(),
  lastHour: z.number().int(),
  /** Its rows by name, in the order to show them. */
  counts: z.array(z.object({ name: z.string(), count: z.number() })),
  /** Why items did not get through. */
  reasons: z.array(z.object({ reason: z.string(), count: z.number().int() })),
});
export type StageView = z.infer<typeof StageView>;

export const Overview = z.object({
  at: Moment,
  stages: z.array(StageView),
  /** What the wheel stands at. */
  turn: z.object({
    iteration: z.object({ number: z.number().int(), state: z.string() }).nullable(),
    version: z.object({ number: z.number().int(), name: z.string(), state: z.string() }).nullable(),
    labeller: z.object({ id: z.string(), tier: z.string() }).nullable(),
    checkpoint: z.object({ id: z.string(), step: z.number().int() }).nullable(),
  }),
});
export type Overview = z.infer<typeof Overview>;

export const Event = z.object({
  id: z.number().int(),
  at: Moment,
  stage: z.string(),
  kind: z.string(),
  text: z.string(),
  data: z.unknown(),
});
export type Event = z.infer<typeof Event>;

const TaskState = z.enum(["ready", "leased", "done", "dead"]);

export const TaskRow = z.object({
  id: z.string(),
  name: z.string(),
  stage: z.string(),
  state: TaskState,
  priority: z.number().int(),
  attempts: z.number().int(),
  epoch: z.number().int(),
  fence: z.number().int(),
  parent: z.string().nullable(),
  reason: z.string().nullable(),
  payload: z.unknown(),
  nextAt: Moment,
  leaseUntil: Moment.nullable(),
  createdAt: Moment,
  startedAt: Moment.nullable(),
  finishedAt: Moment.nullable(),
});
export type TaskRow = z.infer<typeof TaskRow>;

export const Setting = z.object({
  key: z.string(),
  value: z.unknown(),
  version: z.number().int(),
  updatedAt: Moment.nullable(),
  updatedBy: z.string(),
  /** JSON Schema of the value. */
  schema: z.unknown(),
});
export type Setting = z.infer<typeof Setting>;

const SettingKey = z.string().regex(/^[a-z][a-z0-9.-]{0,62}$/, "lower-case letters, digits, dots and dashes");

export const systemApi = {
  health: operation({
    path: "/health",
    stage: "system",
    access: "anyone",
    summary: "200 when work moves or none waits, 503 when it waits and nothing moves",
    answer: Health,
  }),
  signIn: operation({
    method: "POST",
    path: "/v1/session",
    stage: "system",
    access: "anyone",
    summary: "Turns a key into a session cookie for the dashboard",
    body: z.strictObject({ key: z.string().min(1).max(200) }),
    answer: Identity,
    perMinute: 20,
  }),
  whoAmI: operation({
    path: "/v1/session",
    stage: "system",
    access: "annotator",
    summary: "Whose key or session this is",
    answer: Identity,
  }),
  signOut: operation({
    method: "DELETE",
    path: "/v1/session",
    stage: "system",
    access: "anyone",
    summary: "Ends the session",
    answer: z.object({ signedOut: z.literal(true) }),
  }),
  listKeys: operation({
    path: "/v1/keys",
    stage: "system",
    access: "admin",
    summary: "Lists the API keys",
    answer: z.object({ items: z.array(ApiKey) }),
  }),
  createKey: operation({
    method: "POST",
    path: "/v1/keys",
    stage: "system",
    access: "admin",
    summary: "Makes a key; it is shown in this answer and never again",
    body: z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$/, "letters, digits, spaces and . _ @ -, at most 63"),
      role: Role,
    }),
    answer: Identity.extend({ key: z.string() }),
    status: 201,
  }),
  revokeKey: operation({
    method: "DELETE",
    path: "/v1/keys/:id",
    stage: "system",
    access: "admin",
    summary: "Revokes a key, and with it its sessions; the last admin key can't be revoked",
    params: z.object({ id: z.string().min(1).max(100) }),
    answer: ApiKey,
  }),
  overview: operation({
    path: "/v1/overview",
    stage: "system",
    access: "operator",
    summary: "The seven stages as one picture: counts, rates, oldest waiting, reasons",
    answer: Overview,
  }),
  events: operation({
    path: "/v1/events",
    stage: "system",
    access: "operator",
    summary: "What happens, as server-sent events; goes on after `Last-Event-ID`",
    query: z.object({ since: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional() }),
    contentType: "text/event-stream",
  }),
  recentEvents: operation({
    path: "/v1/events/recent",
    stage: "system",
    access: "operator",
    summary: "What happened last, latest first",
    query: PageQuery.extend({ stage: Stage.optional() }),
    answer: pageOf(Event),
  }),
  listTasks: operation({
    path: "/v1/tasks",
    stage: "system",
    access: "operator",
    summary: "Lists tasks by stage, state and name, latest first",
    query: PageQuery.extend({
      stage: Stage.optional(),
      state: TaskState.optional(),
      name: z.string().max(100).optional(),
    }),
    answer: pageOf(TaskRow),
  }),
  retryTasks: operation({
    method: "POST",
    path: "/v1/tasks/retry",
    stage: "system",
    access: "operator",
    summary: "Makes dead tasks ready again: the named ones, or all of a stage",
    body: z.union([
      z.strictObject({ ids: z.array(z.string().min(1).max(8000)).min(1).max(1000) }),
      z.strictObject({ stage: Stage }),
    ]),
    answer: z.object({ retried: z.number().int() }),
  }),
  listSettings: operation({
    path: "/v1/settings",
    stage: "system",
    access: "operator",
    summary: "Lists what the operator may set, each with its schema",
    answer: z.object({ items: z.array(Setting) }),
  }),
  getSetting: operation({
    path: "/v1/settings/:key",
    stage: "system",
    access: "operator",
    summary: "One setting",
    params: z.object({ key: SettingKey }),
    answer: Setting,
  }),
  putSetting: operation({
    method: "PUT",
    path: "/v1/settings/:key",
    stage: "system",
    access: "operator",
    summary: "Sets a value; with `version` it is refused when somebody else was faster",
    params: z.object({ key: SettingKey }),
    body: z.strictObject({ value: z.unknown(), version: z.number().int().min(0).optional() }),
    answer: Setting,
  }),
} as const;
