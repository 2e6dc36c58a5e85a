import { join } from "node:path";
import { answerCache } from "@anyone/db/answer-cache";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, startCrawl } from "@anyone/db/crawls";
import { requestBudgets } from "@anyone/db/request-budgets";
import { sourceRepository } from "@anyone/db/sources";
import { readThresholds } from "@anyone/db/thresholds";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { CrawlId, SourceId } from "@anyone/domain/ids";
import { POOL_BOUNDS } from "@anyone/domain/source/pool-watch";
import type { NextTask } from "@anyone/domain/tasks";
import type { World } from "@anyone/drawn-world/servers/world";
import { next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates, sourceJobs, watchPool } from "@anyone/queues/jobs/source";
import { logger } from "@anyone/runtime/logger";
import { filesystemStore } from "@anyone/storage/filesystem";
import { createDatabase } from "@anyone/test/support/servers";
import type { CrawlerContext } from "./context.ts";
import type { SafeFetcher } from "./fetch/safe-fetch.ts";
import { handlers } from "./handlers.ts";
import { politeFetch } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";
import type { WatchContext } from "./watch-pool.ts";

/** Faster than the drawn world's hosts would need. */
export const politeness = { perSecond: 500, concurrency: 4 };

/** The source stage on a database of its own, without a queue: tests do its tasks one after the other. */
export class DrawnCrawler {
  readonly db: OpenDatabase;
  /** Tasks that were written and not done. */
  readonly written: NextTask[] = [];
  context: CrawlerContext & WatchContext;

  private constructor(db: OpenDatabase, world: World, fetcher: SafeFetcher, folder: string) {
    this.db = db;
    this.context = {
      sources: sourceRepository(db),
      crawls: crawlRepository(db),
      candidates: candidateRepository(db),
      protocols: { current: async () => primeHuman, newest: async () => primeHuman },
      thresholds: () => readThresholds(db),
      store: filesystemStore(join(folder, "objects")),
      reach: {
        fetch: politeFetch(fetcher, new HostQueues(requestBudgets(db))),
        importRoots: [],
        apiKeys: { flickr: world.apiKey, unsplash: world.apiKey, pixabay: world.apiKey },
        answers: answerCache(db),
        bucket: () => Promise.reject(new Error("no bucket here")),
      },
      log: logger("crawler", "silent"),
      tasks: {
        add: async (_tx, tasks) => {
          this.written.push(...tasks);
          return tasks.map((task) => task.id);
        },
      },
    };
  }

  static async open(world: World, fetcher: SafeFetcher, folder: string): Promise<DrawnCrawler> {
    return new DrawnCrawler(openDatabase(await createDatabase()), world, fetcher, folder);
  }

  /** Does a task as the runner does: handler, then its writes and next tasks in one transaction. Returns how it ended. */
  async perform(task: NextTask, attempt = 1): Promise<Outcome> {
    const job = sourceJobs.find((one) => one.name === task.name);
    if (!job) throw new Error(`no job ${task.name}`);
    const given = {
      ...this.context,
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

  /** Performs every task of the source stage until none is left; those that wait for a later moment are done at once. */
  async performAll(): Promise<NextTask[]> {
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
    this.written.push(next(discoverCandidates, { crawlId, page: 0 }));
    return { crawlId, forFilter: await this.performAll() };
  }

  /** The pool's watch looks once, and what it starts is crawled to its end. */
  async look(at: string): Promise<void> {
    await this.perform(next(watchPool, { at }));
    await this.performAll();
  }

  async setBounds(bounds: { lower: number; upper: number; enabled: boolean }): Promise<void> {
    await this.db.query(
      "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [POOL_BOUNDS, JSON.stringify(bounds)],
    );
  }
}
