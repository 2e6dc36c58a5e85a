import { CrawlId, SourceId } from "@anyone/domain/ids";
import { Aim } from "@anyone/domain/source/aim";
import { CandidateStatus } from "@anyone/domain/source/candidate";
import { CrawlState, CrawlTrigger } from "@anyone/domain/source/crawl";
import { SourceSettings } from "@anyone/domain/source/source";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment, PageQuery, pageOf } from "./page.ts";

export const Source = z.object({
  id: z.string(),
  connector: z.string(),
  settings: Facts,
  enabled: z.boolean(),
  /** Whether the pool's watch may start it. */
  automatic: z.boolean(),
  exhaustedAt: Moment.nullable(),
  createdAt: Moment,
  /** Its candidates by status. */
  candidates: z.record(z.string(), z.number()),
});
export type Source = z.infer<typeof Source>;

const SourceBody = z.strictObject({
  settings: SourceSettings,
  enabled: z.boolean().default(true),
  automatic: z.boolean().default(true),
});

export const Crawl = z.object({
  id: z.string(),
  sourceId: z.string(),
  trigger: CrawlTrigger,
  why: z.string(),
  state: CrawlState,
  /** Most new candidates. */
  target: z.number().int(),
  /** Accepted images wanted; null: as many as the candidates give. */
  wanted: z.number().int().nullable(),
  /** Searched for in place of the source's own text. */
  query: z.string().nullable(),
  /** What it is aimed at, as the pool stood when it was planned; null for a crawl that is not aimed. */
  plan: Aim.nullable(),
  /** Its candidates by status; the accepted ones are `kept`. */
  candidates: z.record(z.string(), z.number()),
  pages: z.number().int(),
  listed: z.number().int(),
  found: z.number().int(),
  stopReason: z.string().nullable(),
  startedAt: Moment,
  finishedAt: Moment.nullable(),
});
export type Crawl = z.infer<typeof Crawl>;

const CrawlDetail = Crawl.extend({
  /** Why candidates were dropped or failed, the commonest first. */
  losses: z.array(z.object({ status: CandidateStatus, reason: z.string(), count: z.number().int() })),
  /** Over the last five minutes; null in its first seconds. */
  acceptedPerMinute: z.number().nullable(),
});
export type CrawlDetail = z.infer<typeof CrawlDetail>;

export const Candidate = z.object({
  id: z.string(),
  sourceId: z.string(),
  crawlId: z.string(),
  url: z.string(),
  landingUrl: z.string().nullable(),
  licence: z.string().nullable(),
  author: z.string().nullable(),
  /** The line that is to stand beside the image where people see it. */
  credit: z.string().nullable(),
  caption: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  status: CandidateStatus,
  reason: z.string().nullable(),
  /** What the gates measured. */
  verdict: z.unknown(),
  sha256: z.string().nullable(),
  bytes: z.number().int().nullable(),
  contentType: z.string().nullable(),
  /** The asset it became, when it was kept. */
  assetId: z.string().nullable(),
  /** Whether `GET /v1/candidates/:id/image` has something to show. */
  viewable: z.boolean(),
  /** The signal that keeps it out of training now, and when it was last asked for; null when none does, or nobody asked. */
  reservedBy: z.string().nullable(),
  consentAt: Moment.nullable(),
  listedAt: Moment,
  fetchedAt: Moment.nullable(),
  filteredAt: Moment.nullable(),
  /** When its host last answered for the fetched picture; since when its link is dead, and since when another picture lies there. */
  checkedAt: Moment.nullable(),
  deadAt: Moment.nullable(),
  replacedAt: Moment.nullable(),
});
export type Candidate = z.infer<typeof Candidate>;

/** The manners shown to one host or API key, over all crawler processes. */
export const RequestBudget = z.object({
  /** `host:example.org` or `key:flickr:1a2b3c4d`. */
  name: z.string(),
  kind: z.enum(["host", "key"]),
  /** Requests per second that the rule allows, and that are used at the present speed. */
  allowedPerSecond: z.number(),
  perSecond: z.number(),
  /** Requests that could leave this moment, of at most so many. */
  left: z.number().int(),
  burst: z.number().int(),
  inFlight: z.number().int(),
  concurrency: z.number().int(),
  requests: z.number().int(),
  answers: z.number().int(),
  /** Share of the answers that were 429, or 503 with a Retry-After; null before the first. */
  throttledShare: z.number().nullable(),
  /** Share of the answers that were another 5xx, or never came. */
  failedShare: z.number().nullable(),
  /** Mean time to an answer. */
  latencyMs: z.number().nullable(),
  breaker: z.enum(["closed", "open", "half-open"]),
  /** Until the next request may leave. */
  waitMs: z.number(),
  updatedAt: Moment,
});
export type RequestBudget = z.infer<typeof RequestBudget>;

const bySource = z.object({ id: SourceId });
const byCrawl = z.object({ id: CrawlId });
const byCandidate = z.object({ id: z.string().min(1).max(200) });

export const sourceApi = {
  listSources: operation({
    path: "/v1/sources",
    stage: "source",
    access: "operator",
    summary: "Lists the sources with their candidates by status",
    answer: z.object({ items: z.array(Source) }),
  }),
  createSource: operation({
    method: "POST",
    path: "/v1/sources",
    stage: "source",
    access: "operator",
    summary: "Adds a source; refused when the id is taken",
    body: SourceBody.extend({ id: SourceId }),
    answer: Source,
    status: 201,
  }),
  getSource: operation({
    path: "/v1/sources/:id",
    stage: "source",
    access: "operator",
    summary: "One source",
    params: bySource,
    answer: Source,
  }),
  putSource: operation({
    method: "PUT",
    path: "/v1/sources/:id",
    stage: "source",
    access: "operator",
    summary: "Replaces a source's settings, or adds the source",
    params: bySource,
    body: SourceBody,
    answer: Source,
  }),
  deleteSource: operation({
    method: "DELETE",
    path: "/v1/sources/:id",
    stage: "source",
    access: "operator",
    summary: "Removes a source that never found anything; one that did can only be disabled",
    params: bySource,
    answer: z.object({ deleted: z.literal(true) }),
  }),
  listCrawls: operation({
    path: "/v1/crawls",
    stage: "source",
    access: "operator",
    summary: "Lists crawls, latest first",
    query: PageQuery.extend({ sourceId: SourceId.optional(), state: CrawlState.optional() }),
    answer: pageOf(Crawl),
  }),
  startCrawl: operation({
    method: "POST",
    path: "/v1/crawls",
    stage: "source",
    access: "operator",
    summary: "Starts a crawl of one source by hand",
    body: z.strictObject({
      sourceId: SourceId,
      /** Accepted images wanted: the crawl lists on until so many are in the pool. */
      limit: z.number().int().min(1).max(1_000_000).optional(),
      /** Searched for in place of the source's own text; only for sources that are searched. */
      query: z.string().trim().min(1).max(100).optional(),
      /** Most new candidates; default: 1,000, or with a limit a hundred for each image wanted. */
      target: z.number().int().min(1).max(10_000_000).optional(),
    }),
    answer: Crawl,
    status: 202,
  }),
  getCrawl: operation({
    path: "/v1/crawls/:id",
    stage: "source",
    access: "operator",
    summary: "One crawl, with why candidates were lost and how fast images are accepted",
    params: byCrawl,
    answer: CrawlDetail,
  }),
  pauseCrawl: operation({
    method: "POST",
    path: "/v1/crawls/:id/pause",
    stage: "source",
    access: "operator",
    summary: "Pauses a crawl: nothing more is listed or fetched until it is resumed",
    params: byCrawl,
    answer: Crawl,
  }),
  resumeCrawl: operation({
    method: "POST",
    path: "/v1/crawls/:id/resume",
    stage: "source",
    access: "operator",
    summary: "Lets a paused crawl go on where it stood",
    params: byCrawl,
    answer: Crawl,
  }),
  cancelCrawl: operation({
    method: "POST",
    path: "/v1/crawls/:id/cancel",
    stage: "source",
    access: "operator",
    summary: "Ends a crawl for good: what was listed is given up, what was fetched still gets its verdict",
    params: byCrawl,
    answer: Crawl,
  }),
  listRequestBudgets: operation({
    path: "/v1/request-budgets",
    stage: "source",
    access: "operator",
    summary: "The hosts and API keys that requests go to, latest first: quota left, share of 429, latency, breaker",
    query: z.object({
      kind: z.enum(["host", "key"]).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    answer: z.object({ items: z.array(RequestBudget) }),
  }),
  listCandidates: operation({
    path: "/v1/candidates",
    stage: "source",
    access: "operator",
    summary: "Lists candidates, latest first, by status, reason, source or crawl",
    query: PageQuery.extend({
      status: CandidateStatus.optional(),
      reason: z.string().max(100).optional(),
      sourceId: SourceId.optional(),
      crawlId: CrawlId.optional(),
    }),
    answer: pageOf(Candidate),
  }),
  getCandidate: operation({
    path: "/v1/candidates/:id",
    stage: "source",
    access: "operator",
    summary: "One candidate with what the gates measured",
    params: byCandidate,
    answer: Candidate,
  }),
  getCandidateImage: operation({
    path: "/v1/candidates/:id/image",
    stage: "source",
    access: "operator",
    summary: "The bytes as they were fetched",
    params: byCandidate,
    contentType: "image/*",
  }),
} as const;
