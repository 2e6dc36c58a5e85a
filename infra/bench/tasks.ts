import { setTimeout as sleep } from "node:timers/promises";
import { type OpenDatabase, openDatabase } from "../../packages/db/src/client.ts";
import { taskStore } from "../../packages/db/src/tasks.ts";
import type { Sql, Transaction } from "../../packages/domain/src/transaction.ts";
import { bareQueueRate } from "../../packages/queues/src/bare-queue.bench.ts";
import { done, type Handlers, next } from "../../packages/queues/src/job.ts";
import { startWork } from "../../packages/queues/src/work.ts";
import { logger } from "../../packages/runtime/src/logger.ts";
import { databaseUrl, withClient } from "../../test/support/postgres.ts";
import { openStores } from "../../test/support/stores.ts";
import { listWords, nameWords, weighWords, wordJobs } from "../../test/tasks/word-jobs.ts";
import type { BenchResult } from "./run.ts";

const CHAINS = 2_000;
const PACE = 600;
const PACED_SECONDS = 8;
const CONCURRENCY = 64;
const CHUNK = Array.from({ length: 64 }, (_, n) => `item-${n}`);

/**
 * Chunk tasks through three stages, each with a result row and a successor in a durable commit: first as fast as they
 * go, then at a steady pace, where the wait between a task's writing and its start is measured by the database's clock.
 */
export async function run(): Promise<BenchResult> {
  const stores = openStores({ durable: true });
  try {
    const { adminUrl, template } = await stores.postgres();
    const { url: redisUrl } = await stores.redis();
    const name = template.replace(/_template$/, "_bench");
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    const db = openDatabase(databaseUrl(adminUrl, name), { max: 16 });
    await db.query("CREATE TABLE bench_results (task text PRIMARY KEY, items int)");

    const queueRate = await bareQueueRate(redisUrl, 20_000, CONCURRENCY);
    const commitRate = await bareCommitRate(db, 16, 3);
    const { full, latencies } = await measureTasks(db, redisUrl);
    await db.close();
    return {
      table: [
        ["what", "per second", "of it"],
        ["chunk tasks through three stages", full.toFixed(0), ""],
        ["bare BullMQ jobs", queueRate.toFixed(0), percent(full / queueRate)],
        ["bare PostgreSQL commits, 16 connections", commitRate.toFixed(0), percent(full / commitRate)],
        ["", "", ""],
        [`from written to started at ${PACE} tasks/s`, "ms", ""],
        ...[50, 95, 99].map((share) => [`p${share}`, quantile(latencies, share / 100).toFixed(1), ""]),
      ],
      figures: {
        tasks_per_s: Math.round(full),
        dispatch_p50_ms: quantile(latencies, 0.5),
        dispatch_p95_ms: quantile(latencies, 0.95),
        bare_queue_jobs_per_s: Math.round(queueRate),
        bare_commits_per_s: Math.round(commitRate),
      },
    };
  } finally {
    await stores.close();
  }
}

async function measureTasks(db: OpenDatabase, redisUrl: string): Promise<{ full: number; latencies: number[] }> {
  const tasks = taskStore(db);
  const add = (from: number, count: number) =>
    db.transaction((tx) =>
      tasks.add(
        tx,
        Array.from({ length: count }, (_, n) => next(listWords, chunk(from + n))),
      ),
    );
  await add(0, CHAINS);
  const startedAt = performance.now();
  const work = await startWork({
    jobs: wordJobs,
    handlers,
    context: {},
    tasks,
    redisUrl,
    log: logger("bench", "warn"),
    concurrency: CONCURRENCY,
  });
  await untilDone(db, CHAINS * 3);
  const full = (CHAINS * 3) / ((performance.now() - startedAt) / 1000);

  const since = new Date();
  const chainsPerTick = PACE / 3 / 20;
  for (let tick = 0; tick < PACED_SECONDS * 20; tick++) {
    const due = startedAtTick(tick);
    await add(CHAINS + tick * chainsPerTick, chainsPerTick);
    await sleep(Math.max(0, due - performance.now()));
  }
  await untilDone(db, (CHAINS + PACED_SECONDS * 20 * chainsPerTick) * 3);
  await work.stop();
  const rows = await db.query<{ ms: number }>(
    `SELECT (extract(epoch FROM started_at - created_at) * 1000)::float AS ms FROM tasks
      WHERE created_at > $1::timestamptz + interval '1 second' AND attempts = 1 ORDER BY ms`,
    [since],
  );
  return { full, latencies: rows.map((row) => row.ms) };
}

let firstTick = 0;
function startedAtTick(tick: number): number {
  if (tick === 0) firstTick = performance.now();
  return firstTick + (tick + 1) * 50;
}

const handlers: Handlers<typeof wordJobs, object> = {
  "source.list-words": async (payload, { taskId }) =>
    done({ write: record(taskId, payload.words), next: [next(weighWords, payload)] }),
  "filter.weigh-words": async (payload, { taskId }) =>
    done({ write: record(taskId, payload.words), next: [next(nameWords, payload)] }),
  "annotate.name-words": async (payload, { taskId }) => done({ write: record(taskId, payload.words) }),
};

function record(taskId: string, words: readonly string[]) {
  return async (tx: Transaction) => {
    await tx.query("INSERT INTO bench_results VALUES ($1, $2)", [taskId, words.length]);
  };
}

function chunk(n: number) {
  return { chunk: `chunk-${n}`, words: CHUNK };
}

async function untilDone(db: Sql, wanted: number): Promise<void> {
  for (;;) {
    const [row] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM bench_results");
    if ((row?.n ?? 0) >= wanted) return;
    await sleep(20);
  }
}

/** Durable one-row commits per second: what one commit per task would be limited by. */
async function bareCommitRate(db: OpenDatabase, connections: number, seconds: number): Promise<number> {
  await db.query("CREATE TABLE bench_commits (n int)");
  const endsAt = performance.now() + seconds * 1000;
  let commits = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < endsAt) {
        await db.query("INSERT INTO bench_commits VALUES (1)");
        commits += 1;
      }
    }),
  );
  return commits / seconds;
}

function quantile(sorted: readonly number[], share: number): number {
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN) * 10) / 10;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
