import { CandidateId, CrawlId } from "@anyone/domain/ids";
import { z } from "zod";
import { defineJob } from "../job.ts";

/** Lists one page of a source; writes the fetch chunks and the task of the following page. */
export const discoverCandidates = defineJob({
  name: "source.discover",
  payload: z.object({ crawlId: CrawlId, page: z.number().int().min(0) }),
  key: ({ crawlId, page }) => `${crawlId}.${page}`,
});

/** Fetches the bytes of listed candidates and stores them under their hash. */
export const fetchCandidates = defineJob({
  name: "source.fetch",
  payload: z.object({ candidateIds: z.array(CandidateId).min(1).max(64) }),
  key: ({ candidateIds }) => candidateIds.join(","),
  chunk: "candidateIds",
  leaseSeconds: 120,
});

/** Looks at the pool's bounds: starts crawls below the lower one, stops them over the upper one. */
export const watchPool = defineJob({
  name: "source.watch-pool",
  payload: z.object({ at: z.iso.datetime() }),
  key: ({ at }) => at,
});
