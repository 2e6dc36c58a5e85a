import { join } from "node:path";
import { answerCache } from "@anyone/db/answer-cache";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, startCrawl } from "@anyone/db/crawls";
import { requestBudgets } from "@anyone/db/request-budgets";
import { sourceRepository } from "@anyone/db/sources";
import { readThresholds } from "@anyone/db/thresholds";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { gates } from "@anyone/domain/filter/gate";
import type { CrawlId, SourceId } from "@anyone/domain/ids";
import type { NextTask } from "@anyone/domain/tasks";
import { next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates, sourceJobs } from "@anyone/queues/jobs/source";
import { logger } from "@anyone/runtime/logger";
import { filesystemStore } from "@anyone/storage/filesystem";
import { createDatabase } from "@anyone/test/support/servers";
import type { Reach } from "./connectors/connector.ts";
import type { CrawlerContext } from "./context.ts";
import type { SafeFetcher } from "./fetch/safe-fetch.ts";
import { handlers } from "./handlers.ts";
import { politeFetch } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";
import type { WatchContext } from "./watch-pool.ts";

/** Where a stage's objects lie, and what its sources are reached by. */
export interface StageOptions {
  folder: string;
  reach: (db: OpenDatabase) => Reach;
}

/** Reach as the crawler has it, politely to all that share the database. */
export function politeReach(fetcher: SafeFetcher, apiKeys: Reach["apiKeys"] = {}): StageOptions["reach"] {
  return (db) => ({
    fetch: politeFetch(fetcher, new HostQueues(requestBudgets(db))),
    thresholds: gates,
    importRoots: [],
    apiKeys,
    answers: answerCache(db),
    bucket: () => Promise.reject(new Error("no bucket here")),
  });
}

/** The source stage on a database of its own, without a queue: tests do its tasks one after the other. */
export class SourceStage {
  readonly db: OpenDatabase;
  /** Tasks that were written and not done. */
  readonly written: NextTask[] = [];
  /** Tasks that were begun, in their order. */
  readonly done: NextTask[] = [];
  context: CrawlerContext & WatchContext;

  protected constructor(db: OpenDatabase, { folder, reach }: StageOptions) {
    this.db = db;
    this.context = {
      sources: sourceRepository(db),
      crawls: crawlRepository(db),
      candidates: candidateRepository(db),
      protocols: { current: async () => primeHuman, newest: async () => primeHuman },
      thresholds: () => readThresholds(db),
      store: filesystemStore(join(folder, "objects")),
      reach: reach(db),
      log: logger("crawler", "silent"),
      tasks: {
        add: async (_tx, tasks) => {
          this.written.push(...tasks);
          return tasks.map((task) => task.id);
        },
      },
    };
  }

  static async open(options: StageOptions): Promise<SourceStage> {
    return new SourceStage(openDatabase(await createDatabase()), options);
  }

  /** Does a task as the runner does: handler, then its writes and next tasks in one transaction. Returns how it ended. */
  async perform(task: NextTask, attempt = 1): Promise<Outcome> {
    const job = sourceJobs.find((one) => one.name === task.name);
    if (!job) throw new Error(`no job ${task.name}`);
    this.done.push(task);
    const given = {
      ...this.context,
      db: this.db,
      taskId: task.id,
      attempt,
      signal: new AbortController().signal,
      heartbeat: async () => {},
      traceparent: null,
    };
    const handler = handlers[job.name] as (payload: unknown, context: unknown) => Promise<Outcome>;
    const outcome = await handler(job.payload.parse(task.payload), given);
    if (outcome.outcome === "done") {
      await this.db.transaction(async (tx) => {
        await outcome.write?.(tx);
        await this.context.tasks.add(tx, outcome.next);
      });
    }
    return outcome;
  }

  /** Performs every task of the source stage until none is left; those that wait for a later moment are done at once. Returns those of other stages. */
  async performAll(...tasks: NextTask[]): Promise<NextTask[]> {
    this.written.push(...tasks);
    const forFilter: NextTask[] = [];
    for (let task = this.written.shift(); task; task = this.written.shift()) {
      if (task.stage === "source") await this.perform(task);
      else forFilter.push(task);
    }
    return forFilter;
  }

  async crawl(sourceId: SourceId, target: number): Promise<{ crawlId: CrawlId; forFilter: NextTask[] }> {
    const start = { sourceId, target, trigger: "manual", why: "a test" } as const;
    const crawlId = await this.db.transaction((tx) => startCrawl(tx, start));
    return { crawlId, forFilter: await this.performAll(next(discoverCandidates, { crawlId, page: 0 })) };
  }
}
