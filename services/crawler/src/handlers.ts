import type { Sql } from "@anyone/domain/transaction";
import type { Handlers } from "@anyone/queues/job";
import type { sourceJobs } from "@anyone/queues/jobs/source";
import { askConsent } from "./ask-consent.ts";
import type { CrawlerContext } from "./context.ts";
import { discoverCandidates } from "./discover-candidates.ts";
import { fetchCandidates } from "./fetch-candidates.ts";
import { recheckConsent } from "./recheck-consent.ts";
import { type WatchContext, watchPool } from "./watch-pool.ts";

/** The source stage: every job of its catalog and who does it. */
export const handlers = {
  "source.discover": discoverCandidates,
  "source.fetch": fetchCandidates,
  "source.watch-pool": watchPool,
  "source.recheck-consent": recheckConsent,
  "source.ask-consent": askConsent,
} satisfies Handlers<typeof sourceJobs, CrawlerContext & WatchContext & { db: Sql }>;
