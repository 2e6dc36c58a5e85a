import type { Handlers } from "@anyone/queues/job";
import type { sourceJobs } from "@anyone/queues/jobs/source";
import type { CrawlerContext } from "./context.ts";
import { discoverCandidates } from "./discover-candidates.ts";
import { fetchCandidates } from "./fetch-candidates.ts";
import { type WatchContext, watchPool } from "./watch-pool.ts";

/** The source stage: every job of its catalog and who does it. */
export const handlers = {
  "source.discover": discoverCandidates,
  "source.fetch": fetchCandidates,
  "source.watch-pool": watchPool,
} satisfies Handlers<typeof sourceJobs, CrawlerContext & WatchContext>;
