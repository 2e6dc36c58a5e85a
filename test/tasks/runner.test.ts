import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import { deliver, openQueues, type StageQueue } from "@anyone/queues/delivery";
import { done, type Handlers, next, postponed, skipped } from "@anyone/queues/job";
import { connect, queueAddress } from "@anyone/queues/redis";
import { wipeQueues } from "@anyone/queues/wipe";
import { startWork, type Work } from "@anyone/queues/work";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { redisServers } from "../support/servers.ts";
import { openWordDatabase, quiet, until } from "./word-database.fixture.ts";
import { listWords, nameWords, weighWords, wordJobs } from "./word-jobs.ts";

type WordHandlers = Handlers<typeof wordJobs, { note: string }>;
type Words = { chunk: string; words: string[] };

const servers = await redisServers();

describe.each(servers)("work on $name", ({ url }) => {
  let truth: Awaited<ReturnType<typeof openWordDatabase>>;
  let running: Work[];
  beforeEach(async () => {
    truth = await openWordDatabase();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((work) => work.stop()));
    await truth.close();
  });

  async function start(changes: Partial<WordHandlers> = {}): Promise<Work> {
    const write = (stage: string, { chunk, words }: Words) => ({
      write: (tx: Transaction) =>
        tx.query("INSERT INTO words SELECT $1, unnest($2::text[]), $3", [chunk, words, stage]).then(() => {}),
    });
    const handlers: WordHandlers = {
      "source.list-words": async (payload) => done({ ...write("source", payload), next: [next(weighWords, payload)] }),
      "filter.weigh-words": async (payload) => done({ ...write("filter", payload), next: [next(nameWords, payload)] }),
      "annotate.name-words": async (payload) => done(write("annotate", payload)),
      ...changes,
    };
    const options = { jobs: wordJobs, handlers, context: { note: "" }, tasks: truth.tasks, redisUrl: url, log: quiet };
    const work = await startWork(options);
    running.push(work);
    return work;
  }
  const add = (...tasks: ReturnType<typeof next>[]) => truth.db.transaction((tx) => truth.tasks.add(tx, tasks));
  const words = (chunk: string, ...list: string[]) => ({ chunk, words: list });
  async function state(id: string) {
    const [row] = await truth.db.query<{ state: string; reason: string | null; attempts: number; fence: number }>(
      "SELECT state, reason, attempts, fence FROM tasks WHERE id = $1",
      [id],
    );
    return row;
  }
  const isIn = (id: string, wanted: string) => async () => (await state(id))?.state === wanted;
  async function countWords(stage: string): Promise<number> {
    const [row] = await truth.db.query<{ n: number }>("SELECT count(*)::int AS n FROM words WHERE stage = $1", [stage]);
    return row?.n ?? 0;
  }
  it("carries a task through three stages, each result beside its next task", async () => {
    await start();
    await add(next(listWords, words("a", "one", "two")));
    await until("the last stage", isIn("annotate.name-words:a", "done"));
    expect([await countWords("source"), await countWords("filter"), await countWords("annotate")]).toEqual([2, 2, 2]);
  });

  it("does a task once although it is added twice and delivered three times", async () => {
    let runs = 0;
    const work = await start({
      "annotate.name-words": async () => {
        runs++;
        return done();
      },
    });
    const task = next(nameWords, words("b", "one"));
    expect(await add(task)).toEqual([task.id]);
    expect(await add(task)).toEqual([]);
    await until("the end", isIn(task.id, "done"));
    const address = queueAddress(url);
    const connection = connect(address, "waits");
    const queue = openQueues(connection, address.prefix, ["annotate"]).get("annotate") as StageQueue;
    const forged = { stage: "annotate", priority: 0 } as const;
    await deliver(
      queue,
      [7, 8, 9].map((epoch) => ({ ...forged, id: task.id, epoch })),
    );
    await deliver(queue, [{ ...forged, id: "annotate.name-words:forged", epoch: 1 }]);
    await queue.add("task", {} as { id: string });
    await until("the forged deliveries", () => work.runner.counters.duplicates >= 5);
    expect(runs).toBe(1);
    await queue.close();
    connection.disconnect();
  });

  it("says why a task with a bad payload is dead", async () => {
    await start();
    await truth.db.query(
      `INSERT INTO tasks (id, name, stage, payload) VALUES ('source.list-words:bad', 'source.list-words', 'source', '{"chunk": 7}')`,
    );
    await until("the verdict", isIn("source.list-words:bad", "dead"));
    expect((await state("source.list-words:bad"))?.reason).toMatch(/^bad-payload: chunk/);
  });

  it("refuses a next task that the flywheel has no edge for", async () => {
    await start({ "source.list-words": async (payload) => done({ next: [next(nameWords, payload)] }) });
    const task = next(listWords, words("c", "one"));
    await add(task);
    await until("the verdict", isIn(task.id, "dead"));
    expect((await state(task.id))?.reason).toMatch(/^illegal-edge/);
    expect(await state("annotate.name-words:c")).toBeUndefined();
  });

  it("takes a poison chunk apart until the poison stands alone, and does the rest", async () => {
    await start({
      "source.list-words": async (payload) => {
        if (payload.words.includes("poison")) throw fault("bad-input", "poison is not a word");
        return done({
          write: (tx) =>
            tx
              .query("INSERT INTO words SELECT $1, unnest($2::text[]), 'source'", [payload.chunk, payload.words])
              .then(() => {}),
        });
      },
    });
    const good = Array.from({ length: 15 }, (_, n) => `word ${n}`);
    await add(next(listWords, words("d", ...good.slice(0, 6), "poison", ...good.slice(6))));
    await until("fifteen words", async () => (await countWords("source")) === 15);
    const dead = await truth.db.query<{ payload: Words; reason: string }>(
      "SELECT payload, reason FROM tasks WHERE state = 'dead'",
    );
    expect(dead).toEqual([{ payload: words("d", "poison"), reason: "bad-input: poison is not a word" }]);
    expect(await truth.tasks.retryDead({ stage: "source" })).toBe(1);
  });

  it("tries again after an error, and fails only the task whose own writes fail", async () => {
    await start({
      "source.list-words": async ({ chunk }, { attempt }) => {
        if (chunk === "late" && attempt === 1) throw new Error("not yet");
        return done({ write: (tx) => tx.query(chunk === "broken" ? "SELECT 1/0" : "SELECT 1").then(() => {}) });
      },
    });
    await add(...["late", "broken", "fine", "fine too"].map((chunk) => next(listWords, words(chunk, "one"))));
    await until("the good ones", async () => {
      const ends = await Promise.all(["late", "fine", "fine too"].map((chunk) => state(`source.list-words:${chunk}`)));
      return ends.every((row) => row?.state === "done");
    });
    await until("the broken one", isIn("source.list-words:broken", "dead"));
    expect((await state("source.list-words:broken"))?.reason).toMatch(/division by zero/);
    expect((await state("source.list-words:late"))?.attempts).toBe(2);
  });

  it("does not count an attempt while something else is away", async () => {
    let away = true;
    await start({
      "source.list-words": async ({ chunk }) => {
        if (chunk === "later") return away ? postponed("not now", 0.1) : skipped("nothing-to-do");
        if (away) throw fault("unavailable", "The model's server is away.");
        return done();
      },
    });
    await add(next(listWords, words("away", "one")), next(listWords, words("later", "one")));
    await until("two claims", async () => ((await state("source.list-words:later"))?.fence ?? 0) >= 3);
    away = false;
    await until(
      "both",
      async () => (await isIn("source.list-words:away", "done")()) && isIn("source.list-words:later", "done")(),
    );
    expect((await state("source.list-words:away"))?.attempts).toBe(1);
    expect((await state("source.list-words:later"))?.reason).toBe("nothing-to-do");
  });

  it("goes on within ten seconds when everything on the queue is lost", async () => {
    await start({
      "annotate.name-words": async () => {
        await sleep(100);
        return done();
      },
    });
    const tasks = Array.from({ length: 100 }, (_, n) => next(nameWords, words(`w${n}`, "one")));
    await add(...tasks);
    await until("some", async () => ((await truth.tasks.counts())[0]?.done ?? 0) >= 10);
    await wipeQueues(url);
    const wipedAt = performance.now();
    const before = (await truth.tasks.counts())[0]?.done ?? 0;
    await until("progress", async () => ((await truth.tasks.counts())[0]?.done ?? 0) > before + 8);
    expect(performance.now() - wipedAt).toBeLessThan(10_000);
    await until("all", async () => (await truth.tasks.counts())[0]?.done === 100);
  });

  it("keeps the lease of long work, and tells work whose lease was taken to stop", async () => {
    const lost = vi.fn();
    let runs = 0;
    const work = await start({
      "annotate.name-words": async ({ chunk }, { signal }) => {
        runs++;
        if (chunk === "long") await sleep(3_000);
        if (chunk === "stolen" && runs === 1) {
          signal.addEventListener("abort", lost);
          await truth.db.query("UPDATE tasks SET fence = fence + 1 WHERE id = 'annotate.name-words:stolen'");
          await sleep(2_000);
        }
        return done();
      },
    });
    await add(next(nameWords, words("stolen", "one")));
    await until("the abort", () => lost.mock.calls.length === 1);
    await until("the second claim", isIn("annotate.name-words:stolen", "done"));
    runs = 0;
    await add(next(nameWords, words("long", "one")));
    await until("the long one", isIn("annotate.name-words:long", "done"));
    expect(runs).toBe(1);
    expect(work.reconciler.expired).toBe(1);
  });

  it("leaves work behind that has hung, and tells when nothing moves though work waits", async () => {
    const work = await start({ "source.list-words": () => new Promise(() => {}) });
    const task = next(listWords, words("hung", "one"));
    await add(task);
    await until("the verdict", isIn(task.id, "dead"));
    expect((await state(task.id))?.reason).toMatch(/^timeout: It took longer than 1 seconds/);
    expect(await work.health()).toMatchObject({ ok: true });
    await work.runner.stop();
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 120_000);
    await truth.db.query(
      `INSERT INTO tasks (id, name, stage, payload, next_at)
       VALUES ('source.list-words:old', 'source.list-words', 'source', '{}', now() - interval '2 minutes')`,
    );
    expect(await work.health()).toMatchObject({ ok: false, reason: expect.stringContaining("none was taken") });
    vi.restoreAllMocks();
  });

  it("gives leases back when it is stopped before the work is done", async () => {
    const work = await start({
      "annotate.name-words": async (_, { signal }) => {
        await sleep(60_000, undefined, { signal }).catch(() => {});
        return done();
      },
    });
    const task = next(nameWords, words("slow", "one"));
    await add(task);
    await until("the claim", isIn(task.id, "leased"));
    await work.runner.stop(50);
    expect(await state(task.id)).toMatchObject({ state: "ready", attempts: 0 });
  });

  it("goes on when every database connection is cut", async () => {
    await start({
      "annotate.name-words": async () => {
        await sleep(20);
        return done();
      },
    });
    await add(...Array.from({ length: 200 }, (_, n) => next(nameWords, words(`c${n}`, "one"))));
    for (let cut = 0; cut < 3; cut++) {
      await sleep(300);
      await truth.db
        .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
        .catch(() => {});
    }
    await until("all", async () => (await truth.tasks.counts().catch(() => []))[0]?.done === 200);
  });
});
