import { SourceId } from "@anyone/domain/ids";
import { ConsentPlace, ConsentSignal, Stance } from "@anyone/domain/source/consent";
import { LEAVE_REASONS } from "@anyone/domain/source/leaving";
import { OLD_AFTER_DAYS, RecheckStart } from "@anyone/domain/source/recheck";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment } from "./page.ts";

export const StoredEvidence = z.object({
  signal: ConsentSignal,
  stance: Stance,
  /** As it stood there; null when nothing stands there any more. */
  value: z.string().nullable(),
  place: ConsentPlace,
  readFrom: z.string(),
  readAt: Moment,
  /** Whether it is the latest of its signal and place. */
  stands: z.boolean(),
});
export type StoredEvidence = z.infer<typeof StoredEvidence>;

/** What was said of training on one candidate. A place that was asked and has no row says nothing. */
export const CandidateEvidence = z.object({
  candidateId: z.string(),
  /** Places that were ever asked; null when its picture was fetched before evidence was kept, or not yet. */
  asked: z.array(ConsentPlace).nullable(),
  askedAt: Moment.nullable(),
  /** The signal that keeps it out of training now. */
  reservedBy: ConsentSignal.nullable(),
  items: z.array(StoredEvidence),
});
export type CandidateEvidence = z.infer<typeof CandidateEvidence>;

export const Recheck = z.object({
  id: z.string(),
  sourceId: z.string().nullable(),
  most: z.number().int().nullable(),
  /** Those last asked before this moment are asked again. */
  before: Moment,
  why: z.string(),
  /** Whether all of them are found; until then `found` grows. */
  listed: z.boolean(),
  found: z.number().int(),
  unchanged: z.number().int(),
  changed: z.number().int(),
  optedOut: z.number().int(),
  gone: z.number().int(),
  unanswered: z.number().int(),
  /** Assets that left the pool by what was said. */
  departed: z.number().int(),
  /** Assets that came back to it, since what kept them out is gone. */
  returned: z.number().int(),
  startedAt: Moment,
  finishedAt: Moment.nullable(),
});
export type Recheck = z.infer<typeof Recheck>;

/** What a recheck would ask about. */
export const Stale = z.object({
  /** Pictures of each source, the most first; `oldest`: when the one was last asked about that was least lately, null where one never was. */
  items: z.array(z.object({ sourceId: z.string(), count: z.number().int(), oldest: Moment.nullable() })),
});
export type Stale = z.infer<typeof Stale>;

/** How the pool is refreshed by itself, and what is out of it by what was found. */
export const Refresh = z.object({
  /** 0: never. */
  everyDays: z.number().int(),
  /** Before when no recheck begins by itself; null when none ever will, or when the first picture that is old enough begins it. */
  nextAt: Moment.nullable(),
  /** Assets that are out of the pool by what is said where they came from, by reason, the most first. */
  left: z.array(z.object({ reason: z.enum(LEAVE_REASONS), count: z.number().int() })),
});
export type Refresh = z.infer<typeof Refresh>;

const byId = z.object({ id: z.string().min(1).max(200) });

/** What may be done with pictures, by what their hosts and files say. */
export const consentApi = {
  getEvidence: operation({
    path: "/v1/candidates/:id/evidence",
    stage: "source",
    access: "operator",
    summary: "What was said of training on a candidate, where and when, latest first",
    params: byId,
    answer: CandidateEvidence,
  }),
  listRechecks: operation({
    path: "/v1/consent/rechecks",
    stage: "source",
    access: "operator",
    summary: "The last 50 rechecks of consent, latest first",
    answer: z.object({ items: z.array(Recheck) }),
  }),
  getRecheck: operation({
    path: "/v1/consent/rechecks/:id",
    stage: "source",
    access: "operator",
    summary: "One recheck and how far it is",
    params: byId,
    answer: Recheck,
  }),
  getRefresh: operation({
    path: "/v1/consent/refresh",
    stage: "source",
    access: "operator",
    summary: "When the pool is asked about next by itself, and how many assets left it for what was found",
    answer: Refresh,
  }),
  countStale: operation({
    path: "/v1/consent/stale",
    stage: "source",
    access: "operator",
    summary: "How many pictures a recheck would ask about, by source",
    query: z.object({
      sourceId: SourceId.optional(),
      olderThanDays: z.coerce.number().int().min(0).max(3650).default(OLD_AFTER_DAYS),
    }),
    answer: Stale,
  }),
  startRecheck: operation({
    method: "POST",
    path: "/v1/consent/rechecks",
    stage: "source",
    access: "operator",
    summary: "Asks hosts again what may be done with pictures whose evidence is old",
    body: RecheckStart,
    answer: Recheck,
    status: 201,
  }),
} as const;
