import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { z } from "zod";
import { SourcePermissions } from "./grants.ts";
import { operation } from "./operation.ts";
import { RequestBudget } from "./source.ts";

export const CrawlPreview = z.object({
  permissions: SourcePermissions,
  /** Why the crawl may not start, with the grant that is missing and how to record it; null when it may. */
  refusal: z.object({ message: z.string(), hint: z.string().nullable() }).nullable(),
  /** What the API grants a key; null for sources without one. */
  quota: z.object({ requests: z.number(), perSeconds: z.number() }).nullable(),
  /** Most requests per second to one host; null where none is asked. */
  perSecond: z.number().nullable(),
  /** The keys of this kind that were used so far, with what is left of them now. */
  keys: z.array(RequestBudget),
  estimate: z.object({
    yield: z.number(),
    basis: z.string(),
    candidates: z.number().int(),
    apiRequests: z.number().int(),
    imageRequests: z.number().int(),
    /** If all images lie on one host. */
    seconds: z.number().nullable(),
    bytes: z.number().nullable(),
  }),
});
export type CrawlPreview = z.infer<typeof CrawlPreview>;

export const crawlPreviewApi = {
  previewCrawl: operation({
    method: "POST",
    path: "/v1/crawl-previews",
    stage: "source",
    access: "operator",
    summary: "What a crawl would be allowed and would probably take; asks no host and changes nothing",
    body: z.strictObject({
      sourceId: SourceId,
      /** Of a source that is not there yet. */
      settings: SourceSettings.optional(),
      /** Accepted images wanted. */
      limit: z.number().int().min(1).max(1_000_000),
    }),
    answer: CrawlPreview,
  }),
} as const;
