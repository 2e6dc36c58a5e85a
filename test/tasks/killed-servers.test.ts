import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres } from "@anyone/cli/embedded/postgres";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { openDatabase } from "@anyone/db/client";
import { migrate } from "@anyone/db/migrate";
import { taskStore } from "@anyone/db/tasks";
import { done, next } from "@anyone/queues/job";
import { startWork } from "@anyone/queues/work";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDatabase, redisUrl } from "../support/servers.ts";
import { quiet, until } from "./word-database.fixture.ts";
import { nameWords } from "./word-jobs.ts";

let folder: string;
const running: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-killed-"));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
  await rm(folder, { recursive: true, force: true });
});

async function begin(databaseUrl: string, queueUrl: string) {
  const db = openDatabase(databaseUrl);
  const tasks = taskStore(db);
  const handlers = {
    "annotate.name-words": async () => {
      await sleep(20);
      return done();
    },
  };
  const work = await startWork({ jobs: [nameWords], handlers, context: {}, tasks, redisUrl: queueUrl, log: quiet });
  running.push(
    () => db.close(),
    () => work.stop(),
  );
  return {
    add: (from: number, count: number) => {
      const some = Array.from({ length: count }, (_, n) => next(nameWords, { chunk: `${from + n}`, words: ["one"] }));
      return db.transaction((tx) => tasks.add(tx, some));
    },
    countDone: async () => (await tasks.counts().catch(() => []))[0]?.done ?? 0,
  };
}

async function kill(server: Server): Promise<void> {
  process.kill(server.pid, "SIGKILL");
  await server.ended;
}

describe("work whose servers are killed", { timeout: 90_000 }, () => {
  it("goes on within ten seconds of the queue's return, although the queue kept nothing", async () => {
    const dir = join(folder, "valkey");
    const valkey = await startValkey({ dir });
    const { add, countDone } = await begin(await createDatabase(), valkey.url);
    await add(0, 300);
    await until("some", async () => (await countDone()) > 20);
    await kill(valkey);
    await add(300, 100);
    await rm(join(dir, "appendonlydir"), { recursive: true, force: true });
    await sleep(1_500);

    const before = await countDone();
    const again = await startValkey({ dir, port: Number(new URL(valkey.url).port) });
    running.unshift(() => again.stop());
    expect(again.url).toBe(valkey.url);
    await until("progress", async () => (await countDone()) > before + 20, 10_000);
    await until("all", async () => (await countDone()) === 400, 30_000);
  });

  it("goes on within ten seconds of the database's return from a crash", async () => {
    const dir = join(folder, "postgres");
    const postgres = await startPostgres({ dir });
    await migrate(postgres.url);
    const { add, countDone } = await begin(postgres.url, await redisUrl());
    await add(0, 400);
    await until("some", async () => (await countDone()) > 20);
    await kill(postgres);
    await sleep(1_500);

    const again = await startPostgres({ dir, port: Number(new URL(postgres.url).port) });
    running.unshift(() => again.stop());
    const before = await countDone();
    await until("progress", async () => (await countDone()) > before + 20, 10_000);
    await until("all", async () => (await countDone()) === 400, 30_000);
  });
});
