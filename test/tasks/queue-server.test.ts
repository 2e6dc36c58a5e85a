import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { done, next } from "@anyone/queues/job";
import { checkServer, connect, queueAddress } from "@anyone/queues/redis";
import { startWork } from "@anyone/queues/work";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWordDatabase, quiet, until } from "./word-database.fixture.ts";
import { nameWords } from "./word-jobs.ts";

let folder: string;
let valkey: Server;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-valkey-"));
  valkey = await startValkey({ dir: folder });
});
afterAll(async () => {
  await valkey.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("work whose queue server is killed", () => {
  it("goes on within ten seconds of the server's return, with nothing kept on the server", {
    timeout: 60_000,
  }, async () => {
    const truth = await openWordDatabase();
    let server = await startValkey({ dir: join(folder, "killed") });
    const handlers = {
      "annotate.name-words": async () => {
        await sleep(20);
        return done();
      },
    };
    const options = { jobs: [nameWords], handlers, context: {}, tasks: truth.tasks, redisUrl: server.url, log: quiet };
    const work = await startWork(options as Parameters<typeof startWork>[0]);
    const add = (from: number, count: number) =>
      truth.db.transaction((tx) =>
        truth.tasks.add(
          tx,
          Array.from({ length: count }, (_, n) => next(nameWords, { chunk: `${from + n}`, words: ["one"] })),
        ),
      );
    const countDone = async () => (await truth.tasks.counts())[0]?.done ?? 0;
    await add(0, 300);
    await until("some", async () => (await countDone()) > 20);

    process.kill(server.pid, "SIGKILL");
    await server.ended;
    await add(300, 100);
    await rm(join(folder, "killed", "appendonlydir"), { recursive: true, force: true });
    await sleep(1_500);
    const before = await countDone();
    server = await startValkey({ dir: join(folder, "killed"), port: Number(new URL(server.url).port) });
    await until("progress", async () => (await countDone()) > before + 20, 10_000);
    await until("all", async () => (await countDone()) === 400, 30_000);

    await work.stop();
    await server.stop();
    await truth.close();
  });
});

describe("the check of the queue server at start", () => {
  it("accepts the embedded one", async () => {
    await checkServer(valkey.url);
  });

  it("refuses a server that may evict", async () => {
    const redis = connect(queueAddress(valkey.url), "waits");
    await redis.config("SET", "maxmemory-policy", "volatile-lru");
    await expect(checkServer(valkey.url)).rejects.toMatchObject({
      code: "bad-environment",
      message: expect.stringContaining("volatile-lru"),
      hint: expect.stringContaining("noeviction"),
    });
    redis.disconnect();
  });

  it("says that nobody answers, and that the password is wrong", async () => {
    await expect(checkServer("redis://127.0.0.1:9")).rejects.toMatchObject({ code: "unavailable" });
    const wrong = new URL(valkey.url);
    wrong.password = "wrong";
    await expect(checkServer(wrong.href)).rejects.toMatchObject({ code: "unavailable" });
  });
});
