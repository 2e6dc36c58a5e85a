import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { lockPool } from "@anyone/db/assets";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { taskStore } from "@anyone/db/tasks";
import { readThresholds } from "@anyone/db/thresholds";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { gates } from "@anyone/domain/filter/gate";
import { CandidateId, ProtocolId } from "@anyone/domain/ids";
import type { NextTask } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { startDispatcher } from "@anyone/queues/dispatcher";
import { next } from "@anyone/queues/job";
import { filterCandidates as job } from "@anyone/queues/jobs/filter";
import { startRunner } from "@anyone/queues/runner";
import { logger } from "@anyone/runtime/logger";
import { contentKey } from "@anyone/storage/keys";
import { openStore } from "@anyone/storage/open-store";
import type { Store } from "@anyone/storage/store";
import { createDatabase, redisUrl } from "@anyone/test/support/servers";
import { modelsFolder } from "@anyone/vision/models-folder";
import sharp from "sharp";
import { cutReader } from "./cut-reader.ts";
import { filterJobs, handlers } from "./handlers.ts";
import { openMeasurePool } from "./measure-pool.ts";
import { poolIndex } from "./pool-index.ts";

const require = createRequire(import.meta.url);
const photographs = join(dirname(require.resolve("soft-ui-design-system/package.json")), "assets/img");

export const photograph = (name: string) => readFile(join(photographs, name));

/** The person at half size in the middle of a dim room: a face of 120 pixels. */
export async function far(bytes: Uint8Array): Promise<Buffer> {
  const small = await sharp(bytes).resize(467).toBuffer();
  const grain = { type: "gaussian", mean: 90, sigma: 6 } as const;
  const room = sharp({ create: { width: 934, height: 1401, channels: 3, background: "#5a5a5a", noise: grain } });
  return room
    .composite([{ input: small, left: 230, top: 500 }])
    .jpeg({ quality: 95 })
    .toBuffer();
}

export type TestFilter = Awaited<ReturnType<typeof openFilter>>;

/** The filter over a fresh database and an empty store, with a source `photos`. */
export async function openFilter() {
  const databaseUrl = await createDatabase();
  const db: OpenDatabase = openDatabase(databaseUrl);
  const folder = await mkdtemp(join(tmpdir(), "anyone-filter-"));
  const store: Store = await openStore(pathToFileURL(folder).href);
  const pool = openMeasurePool({ models: modelsFolder, size: 2 });
  const tasks = taskStore(db);
  const redis = await redisUrl();
  const log = logger("test", "silent");
  const context = {
    db,
    candidates: candidateRepository(db),
    store,
    pool,
    index: poolIndex(),
    thresholds: readThresholds,
    cuts: cutReader(gates, []),
    storedCuts: cutReader(gates, ["faceQuality", "preference"]),
    protocolId: ProtocolId.parse(primeHuman.identity),
    log,
  };
  const runner = startRunner({ jobs: filterJobs, handlers, context, tasks, redisUrl: redis, log });
  const dispatcher = startDispatcher({ tasks, redisUrl: redis, stages: ["filter"], log });
  await db.query("INSERT INTO sources (id, connector, settings) VALUES ('photos', 'folder', '{}')");
  await db.query(
    "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('crawl', 'photos', 'manual', 'test', 99)",
  );

  /** Waits until every task of the filter is done. */
  async function settled(): Promise<void> {
    for (let i = 0; i < 1800; i++) {
      const open = await db.query<{ state: string; reason: string | null }>(
        "SELECT state, reason FROM tasks WHERE stage = 'filter' AND state <> 'done'",
      );
      const dead = open.find(({ state }) => state === "dead");
      if (dead) throw new Error(`a task is dead: ${dead.reason}`);
      if (open.length === 0) return;
      await sleep(50);
    }
    throw new Error("the tasks were not done in 90 s");
  }

  async function run(these: readonly NextTask[]): Promise<void> {
    await db.transaction((tx) => tasks.add(tx, these));
    await settled();
  }

  /** Until another transaction waits for a lock of this database. */
  async function waiting(tx: Transaction): Promise<void> {
    for (let i = 0; i < 1200; i++) {
      const rows = await tx.query(
        `SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      if (rows.length > 0) return;
      await sleep(50);
    }
    throw new Error("nothing waited for a lock in 60 s");
  }

  return {
    db,
    databaseUrl,
    tasks,

    /** Brings something to its commit, or to where it wants another `lock`, which it waits for until `meanwhile` is done. */
    async beforeCommit(
      begin: () => Promise<unknown>,
      meanwhile: () => Promise<unknown>,
      lock: (tx: Transaction) => Promise<unknown> = lockPool,
    ): Promise<void> {
      const { running } = await db.transaction(async (tx) => {
        await lock(tx);
        const running = begin();
        await waiting(tx);
        await meanwhile();
        return { running };
      });
      await running;
    },

    store,
    settled,
    run,

    /** Stores bytes as the fetch does, and a candidate for them. */
    async fetched(id: string, bytes: Uint8Array, extension = "jpg"): Promise<CandidateId> {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const key = contentKey("original", sha256, extension);
      await store.put(key, bytes);
      await db.query(
        `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, sha256, object_key, bytes)
         VALUES ($1, 'photos', 'crawl', $1, $2, 'fetched', $3, $4, $5)`,
        [id, `file:///${id}`, sha256, key, bytes.length],
      );
      return CandidateId.parse(id);
    },

    /** Filters a chunk as its task does. */
    filter: (candidateIds: CandidateId[]) => run([next(job, { candidateIds })]),

    async verdicts(): Promise<Record<string, string>> {
      const rows = await db.query<{ id: string; status: string; reason: string | null }>(
        "SELECT id, status, reason FROM candidates ORDER BY id",
      );
      return Object.fromEntries(rows.map(({ id, status, reason }) => [id, reason ?? status]));
    },

    /** From now on no object can be read, and no picture measured. */
    async blind(): Promise<void> {
      await pool.close();
      await rm(folder, { recursive: true, force: true });
    },

    async close(): Promise<void> {
      await dispatcher.stop();
      await runner.stop();
      await pool.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
