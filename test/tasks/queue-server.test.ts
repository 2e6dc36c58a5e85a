import { setTimeout as sleep } from "node:timers/promises";
import { startDispatcher } from "@anyone/queues/dispatcher";
import { next } from "@anyone/queues/job";
import { startReconciler } from "@anyone/queues/reconciler";
import { checkServer, connect, queueAddress } from "@anyone/queues/redis";
import { describe, expect, it } from "vitest";
import { redisUrl } from "../support/servers.ts";
import { useValkey } from "./valkey.fixture.ts";
import { openWordDatabase, quiet, until } from "./word-database.fixture.ts";
import { nameWords } from "./word-jobs.ts";

const valkeyUrl = useValkey();

describe("the reconciler", () => {
  it.each([
    [
      "the place of a delivery",
      async (redis: ReturnType<typeof connect>, key: (name: string) => string) => void (await redis.del(key("wait"))),
    ],
    [
      "the data of a delivery",
      async (redis: ReturnType<typeof connect>, key: (name: string) => string) =>
        void (await redis.del(key("annotate.name-words%3Aa-e1"))),
    ],
    [
      "a delivery to a worker that died before it claimed the task",
      async (redis: ReturnType<typeof connect>, key: (name: string) => string) =>
        void (await redis.lmove(key("wait"), key("active"), "RIGHT", "LEFT")),
    ],
    [
      "the place, while strangers keep the queue from being empty",
      async (redis: ReturnType<typeof connect>, key: (name: string) => string) => {
        await redis.del(key("wait"));
        await redis.lpush(key("active"), "ghost");
      },
    ],
  ])("finds that the queue lost %s", async (_, lose) => {
    const truth = await openWordDatabase();
    const url = await redisUrl();
    const options = { tasks: truth.tasks, redisUrl: url, stages: ["annotate"] as const, log: quiet };
    await truth.db.transaction((tx) => truth.tasks.add(tx, [next(nameWords, { chunk: "a", words: ["one"] })]));
    const dispatcher = startDispatcher(options);
    await until("the delivery", () => dispatcher.delivered === 1);
    const { prefix, url: server } = queueAddress(url);
    const redis = connect({ prefix, url: server }, "waits");
    await lose(redis, (name) => `${prefix}:annotate:${name}`);
    const reconciler = startReconciler(options);
    await until("another delivery", () => dispatcher.delivered === 2);
    await sleep(2_500);
    expect(reconciler.redispatched).toBe(1);
    await Promise.all([dispatcher.stop(), reconciler.stop()]);
    redis.disconnect();
    await truth.close();
  });
});

describe("the check of the queue server at start", () => {
  it("accepts the embedded one", async () => {
    await checkServer(valkeyUrl());
  });

  it("refuses a server that may evict", async () => {
    const redis = connect(queueAddress(valkeyUrl()), "waits");
    await redis.config("SET", "maxmemory-policy", "volatile-lru");
    await expect(checkServer(valkeyUrl())).rejects.toMatchObject({
      code: "bad-environment",
      message: expect.stringContaining("volatile-lru"),
      hint: expect.stringContaining("noeviction"),
    });
    redis.disconnect();
  });

  it("says that nobody answers, and that the password is wrong", async () => {
    await expect(checkServer("redis://127.0.0.1:9")).rejects.toMatchObject({ code: "unavailable" });
    const wrong = new URL(valkeyUrl());
    wrong.password = "wrong";
    await expect(checkServer(wrong.href)).rejects.toMatchObject({ code: "unavailable" });
  });
});
