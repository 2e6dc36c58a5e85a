import { setTimeout as sleep } from "node:timers/promises";
import { done, next } from "@anyone/queues/job";
import { connect, queueAddress, queueFault } from "@anyone/queues/redis";
import { startWork } from "@anyone/queues/work";
import { describe, expect, it } from "vitest";
import { useValkey } from "./valkey.fixture.ts";
import { openWordDatabase, quiet, until } from "./word-database.fixture.ts";
import { nameWords } from "./word-jobs.ts";

const valkeyUrl = useValkey();

describe("a queue server that is out of memory", () => {
  it("gets its jobs once it has room again; until then they wait in the database, untouched", async () => {
    const { db, tasks, close } = await openWordDatabase();
    const redis = connect(queueAddress(valkeyUrl()), "waits");
    const handlers = { "annotate.name-words": async () => done() };
    const work = await startWork({
      jobs: [nameWords],
      handlers,
      context: {},
      tasks,
      redisUrl: valkeyUrl(),
      log: quiet,
    });
    const add = (from: number, count: number) => {
      const some = Array.from({ length: count }, (_, n) => next(nameWords, { chunk: `${from + n}`, words: ["one"] }));
      return db.transaction((tx) => tasks.add(tx, some));
    };
    const countDone = async () => (await tasks.counts())[0]?.done ?? 0;
    await add(0, 20);
    await until("the first", async () => (await countDone()) === 20);

    await redis.config("SET", "maxmemory", "1");
    await expect(redis.set("a", "b").catch((error) => Promise.reject(queueFault(error)))).rejects.toMatchObject({
      message: "Redis is out of memory and takes no more jobs.",
      hint: expect.stringContaining("maxmemory"),
    });
    for (let n = 0; n < 20; n++) {
      await add(100 + n * 20, 20);
      await sleep(250);
    }
    const [row] = await db.query<{ most: number }>("SELECT max(epoch)::int AS most FROM tasks");
    expect(row?.most).toBeLessThanOrEqual(2);

    await redis.config("SET", "maxmemory", "0");
    await until("all", async () => (await countDone()) === 420, 30_000);
    await work.stop();
    redis.disconnect();
    await close();
  }, 60_000);
});
