import type { CandidateRepository } from "@anyone/db/candidates";
import type { CrawlRepository } from "@anyone/db/crawls";
import type { Protocols } from "@anyone/db/protocols";
import type { SourceRepository } from "@anyone/db/sources";
import type { Gates } from "@anyone/domain/filter/gate";
import type { TaskStore } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import type { Store } from "@anyone/storage/store";
import type { Reach } from "./connectors/connector.ts";

/** What the crawler's handlers work with. */
export interface CrawlerContext {
  sources: SourceRepository;
  crawls: CrawlRepository;
  candidates: CandidateRepository;
  protocols: Pick<Protocols, "current" | "newest">;
  tasks: Pick<TaskStore, "add">;
  store: Store;
  reach: Reach;
  /** Reads the thresholds in force: the first gate judges a picture by its header. */
  thresholds(): Promise<Gates>;
  log: Logger;
}
