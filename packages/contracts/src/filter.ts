import { FilterReport } from "@anyone/domain/filter/report";
import { JudgedCandidate } from "@anyone/domain/filter/stored";
import { MovedThresholds } from "@anyone/domain/filter/what-if";
import { AssetId, SourceId } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment, PageQuery, pageOf } from "./page.ts";

export const AssetSummary = z.object({
  id: z.string(),
  candidateId: z.string(),
  sourceId: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  brisque: z.number(),
  groupId: z.string(),
  /** The signal by which it was opted out of training since it was admitted: no version that is cut from then on holds it. */
  reservedBy: z.string().nullable(),
  admittedAt: Moment,
});
export type AssetSummary = z.infer<typeof AssetSummary>;

export const Asset = AssetSummary.extend({
  /** x0 y0 x1 y1 in pixels of the stored image. */
  personBox: z.array(z.number()),
  faceBox: z.array(z.number()),
  /** 17 times x y score, COCO order. */
  keypoints: z.array(z.number()),
  /** Share of pixels per ATR part, 18 numbers. */
  partShares: z.array(z.number()),
  measures: z.unknown(),
  /** Identities of the models that measured. */
  models: z.unknown(),
  /** When it left the pool, and why: the gate's reason where the filter dropped it on judging again. It stays in its lineage. */
  withdrawnAt: Moment.nullable(),
  withdrawnReason: z.string().nullable(),
  /** Since when it is out of the pool for what is said where it came from, and what that is. */
  leftAt: Moment.nullable(),
  leftBecause: z.string().nullable(),
});
export type Asset = z.infer<typeof Asset>;

export const FunnelRow = z.object({
  sourceId: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  count: z.number().int(),
});
export type FunnelRow = z.infer<typeof FunnelRow>;

export const Lineage = z.object({
  asset: AssetSummary,
  source: z.object({ id: z.string(), connector: z.string() }),
  crawl: z.object({ id: z.string(), trigger: z.string(), startedAt: Moment }),
  candidate: z.object({
    id: z.string(),
    url: z.string(),
    landingUrl: z.string().nullable(),
    licence: z.string().nullable(),
    author: z.string().nullable(),
    sha256: z.string().nullable(),
    fetchedAt: Moment.nullable(),
  }),
  answers: z.array(
    z.object({
      protocolId: z.string(),
      labellerId: z.string().nullable(),
      tier: z.string().nullable(),
      byModel: z.number().int(),
      byPeople: z.number().int(),
      answeredAt: Moment,
    }),
  ),
  /** Evaluation sets it belongs to: such an asset is never trained on. */
  evaluationSets: z.array(z.string()),
  /** Iterations that drew it for people. */
  iterations: z.array(z.number().int()),
  versions: z.array(
    z.object({
      number: z.number().int(),
      name: z.string(),
      split: z.string(),
      shard: z.number().int(),
      state: z.string(),
    }),
  ),
  runs: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      recipe: z.string(),
      arm: z.string().nullable(),
      version: z.number().int().nullable(),
      state: z.string(),
      checkpoints: z.array(z.object({ id: z.string(), step: z.number().int(), promotedAt: Moment.nullable() })),
    }),
  ),
});
export type Lineage = z.infer<typeof Lineage>;

export const WhatIfReport = z.object({
  /** Dropped candidates that would be kept, those that would have to be measured first, and kept ones that would be dropped. */
  sources: z.array(
    z.object({
      sourceId: z.string(),
      admitted: z.number().int(),
      perhaps: z.number().int(),
      withdrawn: z.number().int(),
    }),
  ),
});
export type WhatIfReport = z.infer<typeof WhatIfReport>;

const byAsset = z.object({ id: AssetId });

export const filterApi = {
  getFunnel: operation({
    path: "/v1/funnel",
    stage: "filter",
    access: "operator",
    summary: "Candidates by source, status and reason",
    answer: z.object({ items: z.array(FunnelRow) }),
  }),
  getFilterReport: operation({
    path: "/v1/filter/report",
    stage: "filter",
    access: "operator",
    summary:
      "What each gate says of each source's candidates by itself, under the thresholds in force, with every score's histogram",
    answer: FilterReport,
  }),
  filterWhatIf: operation({
    method: "POST",
    path: "/v1/filter/what-if",
    stage: "filter",
    access: "operator",
    summary:
      "What several thresholds would change that are moved together, judged from the stored measurements; changes nothing",
    body: z.strictObject({ thresholds: MovedThresholds }),
    answer: WhatIfReport,
    perMinute: 60,
  }),
  listJudged: operation({
    path: "/v1/filter/judged",
    stage: "filter",
    access: "operator",
    summary: "Lists the candidates that the filter ended, with what was measured on each, latest first",
    query: PageQuery.extend({ sourceId: SourceId.optional() }),
    answer: pageOf(JudgedCandidate),
    perMinute: 6000,
  }),
  listAssets: operation({
    path: "/v1/assets",
    stage: "filter",
    access: "operator",
    summary: "Lists the pool, latest first",
    query: PageQuery.extend({ sourceId: SourceId.optional(), groupId: AssetId.optional() }),
    answer: pageOf(AssetSummary),
  }),
  getAsset: operation({
    path: "/v1/assets/:id",
    stage: "filter",
    access: "annotator",
    summary: "One asset with its boxes, keypoints and part shares",
    params: byAsset,
    answer: Asset,
  }),
  getImage: operation({
    path: "/v1/assets/:id/image",
    stage: "filter",
    access: "annotator",
    summary: "The stored image, without EXIF",
    params: byAsset,
    contentType: "image/*",
    perMinute: 3000,
  }),
  getThumbnail: operation({
    path: "/v1/assets/:id/thumbnail",
    stage: "filter",
    access: "annotator",
    summary: "A small picture of it",
    params: byAsset,
    contentType: "image/*",
    perMinute: 6000,
  }),
  getParts: operation({
    path: "/v1/assets/:id/parts",
    stage: "filter",
    access: "annotator",
    summary: "The part map: 8-bit greyscale PNG, a pixel's value is its ATR part (0 background … 17 scarf)",
    params: byAsset,
    contentType: "image/png",
    perMinute: 3000,
  }),
  getLineage: operation({
    path: "/v1/assets/:id/lineage",
    stage: "filter",
    access: "operator",
    summary: "Where an asset came from, and every version, run and checkpoint it went into",
    params: byAsset,
    answer: Lineage,
  }),
} as const;
