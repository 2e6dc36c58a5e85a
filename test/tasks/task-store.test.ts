import type { OpenDatabase } from "@anyone/db/client";
import type { ClaimedTask, Ending, NextTask, TaskStore } from "@anyone/domain/tasks";
import { next } from "@anyone/queues/job";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openWordDatabase } from "./word-database.fixture.ts";
import { listWords, nameWords, weighWords } from "./word-jobs.ts";

let db: OpenDatabase;
let tasks: TaskStore;
beforeAll(async () => {
  ({ db, tasks } = await openWordDatabase());
});
afterAll(() => db.close());
beforeEach(() => db.query("TRUNCATE tasks, words").then(() => {}));

const task = (name: string, options = {}) => next(listWords, { chunk: name, words: ["one", "two"] }, options);
const add = (...some: NextTask[]) => db.transaction((tx) => tasks.add(tx, some));
const everything = new Map([["source", 100] as const, ["filter", 100] as const, ["annotate", 100] as const]);
async function claimOne(id: string): Promise<ClaimedTask> {
  const [claimed] = await tasks.claim([id]);
  if (!claimed) throw new Error(`${id} could not be claimed`);
  return claimed;
}
async function read(id: string) {
  const [row] = await db.query<{ state: string; attempts: number; fence: number; reason: string | null }>(
    "SELECT state, attempts, fence, reason FROM tasks WHERE id = $1",
    [id],
  );
  return row;
}
const expireAll = () =>
  db.query("UPDATE tasks SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'");

describe("the task store", () => {
  it("writes tasks with the rows that cause them, or not at all", async () => {
    const failing = db.transaction(async (tx) => {
      await tasks.add(tx, [task("a")]);
      throw new Error("the business rows failed");
    });
    await expect(failing).rejects.toThrow("business rows");
    expect(await read(task("a").id)).toBeUndefined();
  });

  it("dispatches the most urgent first, the due before the future, and no more than there is room for", async () => {
    const future = new Date(Date.now() + 60_000);
    await add(task("usual"), task("future", { notBefore: future }), task("urgent", { priority: 5 }), task("later"));
    const names = async (room: number) =>
      (await tasks.dispatch(new Map([["source", room]]))).map(({ id, epoch }) => `${id.split(":")[1]} ${epoch}`);
    expect(await names(1)).toEqual(["urgent 1"]);
    expect((await names(9)).sort()).toEqual(["later 1", "usual 1"]);
    expect(await names(9)).toEqual([]);
  });

  it("forgets what was done long ago, of the stages asked for, and nothing else", async () => {
    await add(...["old", "fresh", "dead", "ready", "leased"].map((name) => task(name)));
    await db.query(
      `UPDATE tasks SET state = split.state, reason = 'why', lease_until = split.until, finished_at = now() - split.age
         FROM (VALUES ('old', 'done', NULL::timestamptz, interval '8 days'), ('fresh', 'done', NULL, '6 days'),
                      ('dead', 'dead', NULL, '90 days'), ('leased', 'leased', now(), '90 days')) AS split (name, state, until, age)
        WHERE tasks.id = 'source.list-words:' || split.name`,
    );
    expect(await tasks.prune(["filter", "annotate"], 7, 10)).toBe(0);
    expect(await tasks.prune(["source"], 7, 0)).toBe(0);
    expect(await tasks.prune(["source"], 7, 10)).toBe(1);
    expect(await tasks.prune(["source"], 7, 10)).toBe(0);
    const left = await db.query<{ id: string }>("SELECT id FROM tasks ORDER BY id");
    expect(left.map(({ id }) => id.split(":")[1])).toEqual(["dead", "fresh", "leased", "ready"]);
  });

  it("gives a task to exactly one of twenty claimers", async () => {
    await add(task("a"));
    const claims = await Promise.all(Array.from({ length: 20 }, () => tasks.claim([task("a").id])));
    expect(claims.flat()).toHaveLength(1);
  });

  it("refuses the result of a lease that has gone to somebody else, with all it would have written", async () => {
    await add(task("a"));
    const zombie = await claimOne(task("a").id);
    await expireAll();
    expect(await tasks.expireLeases()).toEqual(new Map([["source", 1]]));
    const heir = await claimOne(task("a").id);
    const end = (of: ClaimedTask, word: string) =>
      tasks.settle([
        {
          ...of,
          end: "done",
          write: (tx) => tx.query("INSERT INTO words VALUES ('a', $1, 'source')", [word]).then(() => {}),
          next: [next(weighWords, { chunk: word, words: ["one"] })],
        },
      ]);
    expect(await end(zombie, "late")).toEqual([{ id: zombie.id, result: "fenced" }]);
    expect(await end(heir, "right")).toEqual([{ id: heir.id, result: "committed" }]);
    expect(await end(zombie, "very late")).toEqual([{ id: zombie.id, result: "fenced" }]);
    expect(await db.query("SELECT word FROM words")).toEqual([{ word: "right" }]);
    expect(await read("filter.weigh-words:late")).toBeUndefined();
    expect(await tasks.extend([zombie])).toEqual(new Set());
  });

  it("recognises its own commit when the acknowledgement was lost, and does not write twice", async () => {
    await add(task("a"));
    const held = await claimOne(task("a").id);
    const settlement = {
      ...held,
      end: "done" as const,
      write: (tx: { query: OpenDatabase["query"] }) =>
        tx.query("INSERT INTO words VALUES ('a', 'once', 'source')").then(() => {}),
      next: [],
    };
    for (let sent = 0; sent < 3; sent++) {
      expect(await tasks.settle([settlement])).toEqual([{ id: held.id, result: "committed" }]);
    }
    expect(await db.query("SELECT word FROM words")).toHaveLength(1);
  });

  it("lets one task of a batch fail without touching the others", async () => {
    const names = ["a", "b", "c", "d"];
    await add(...names.map((name) => task(name)));
    const held = await tasks.claim(names.map((name) => task(name).id));
    const settled = await tasks.settle(
      held.map((one) => ({
        ...one,
        end: "done",
        write: (tx) =>
          tx
            .query(
              one.id.endsWith(":b") ? "INSERT INTO nowhere VALUES (1)" : "INSERT INTO words VALUES ('x', 'y', 'z')",
            )
            .then(() => {}),
        next: one.id.endsWith(":c") ? [{ ...task("bad"), payload: { nul: "\0" } }] : [],
      })),
    );
    const results = Object.fromEntries(settled.map(({ id, result }) => [id.split(":")[1], result]));
    expect(results).toEqual({ a: "committed", b: "failed", c: "failed", d: "committed" });
    expect(await db.query("SELECT * FROM words")).toHaveLength(2);
    expect((await read(task("b").id))?.state).toBe("leased");
  });

  it("keeps a lease that is extended, and never takes one that runs", async () => {
    await add(task("a"));
    const held = await claimOne(task("a").id);
    expect(await tasks.extend([held])).toEqual(new Set([held.id]));
    expect(await tasks.expireLeases()).toEqual(new Map());
    expect(await tasks.claim([held.id])).toEqual([]);
  });

  it("dispatches again what is still ready at the epoch that was lost", async () => {
    await add(task("a"), task("b"));
    const sent = await tasks.dispatch(everything);
    await claimOne(task("b").id);
    expect(await tasks.unclaimed(-1, 10)).toMatchObject([{ id: task("a").id, epoch: 1 }]);
    expect(await tasks.redispatch(sent)).toBe(1);
    expect(await tasks.redispatch(sent.map((one) => ({ ...one, epoch: 9 })))).toBe(0);
    expect(await tasks.dispatch(everything)).toMatchObject([{ id: task("a").id, epoch: 2 }]);
  });

  it("tells listeners when tasks are added", async () => {
    let heard = 0;
    const stop = tasks.onReady(() => {
      heard += 1;
    });
    await expect.poll(() => heard).toBe(1);
    await add(task("a"), task("b"));
    await expect.poll(() => heard).toBe(2);
    await stop();
  });

  it("counts per stage and tells how long the oldest has waited", async () => {
    await add(task("a"), task("b"), next(nameWords, { chunk: "c", words: ["one"] }));
    await db.query("UPDATE tasks SET next_at = clock_timestamp() - interval '90 seconds' WHERE id LIKE '%:a'");
    await claimOne(task("b").id);
    const counts = await tasks.counts();
    const source = counts.find(({ stage }) => stage === "source");
    expect(source).toMatchObject({ ready: 1, leased: 1, done: 0, dead: 0 });
    expect(source?.oldestReadySeconds).toBeGreaterThan(89);
  });
});

/** What a task is to its observers, and what each act should make of it. */
interface Model {
  state: "absent" | "ready" | "leased" | "done" | "dead";
  fence: number;
  attempts: number;
  waiting: boolean;
}

type Act =
  | { act: "add" | "dispatch" | "claim" | "expire" | "retry-dead" | "stale" }
  | { act: "settle"; end: Ending["end"] };

describe("a task's life, whatever happens to it", () => {
  const acts: fc.Arbitrary<Act> = fc.oneof(
    { weight: 2, arbitrary: fc.constant({ act: "add" } as const) },
    { weight: 2, arbitrary: fc.constant({ act: "dispatch" } as const) },
    { weight: 6, arbitrary: fc.constant({ act: "claim" } as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom({ act: "expire" } as const, { act: "stale" } as const, { act: "retry-dead" } as const),
    },
    {
      weight: 4,
      arbitrary: fc
        .constantFrom("done", "skipped", "retry", "postponed", "dead", "split" as const)
        .map((end): Act => ({ act: "settle", end })),
    },
  );

  it("follows the states, counts attempts at claims, and never accepts a stale fence", {
    timeout: 120_000,
  }, async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 25 }), async (life) => {
        const born = task(`life-${round++}`);
        const model: Model = { state: "absent", fence: 0, attempts: 0, waiting: false };
        for (const one of life) {
          await perform(one, born, model);
          const row = await read(born.id);
          if (model.state === "absent") expect(row).toBeUndefined();
          else expect(row).toMatchObject({ state: model.state, fence: model.fence, attempts: model.attempts });
        }
      }),
      { numRuns: 60 },
    );
  });

  async function perform(one: Act, born: NextTask, model: Model): Promise<void> {
    const { id } = born;
    switch (one.act) {
      case "add": {
        expect(await add(born)).toEqual(model.state === "absent" ? [id] : []);
        if (model.state === "absent") Object.assign(model, { state: "ready", waiting: true });
        return;
      }
      case "dispatch": {
        const sent = (await tasks.dispatch(everything)).filter((dispatch) => dispatch.id === id);
        expect(sent).toHaveLength(model.state === "ready" && model.waiting ? 1 : 0);
        model.waiting = false;
        return;
      }
      case "claim": {
        const claimed = await tasks.claim([id]);
        if (model.state !== "ready") return expect(claimed).toEqual([]);
        Object.assign(model, { state: "leased", fence: model.fence + 1, attempts: model.attempts + 1 });
        return expect(claimed).toMatchObject([{ id, fence: model.fence, attempts: model.attempts }]);
      }
      case "expire": {
        await expireAll();
        await tasks.expireLeases();
        if (model.state === "leased") Object.assign(model, { state: "ready", waiting: true });
        return;
      }
      case "stale": {
        const settled = await tasks.settle([{ id, fence: model.fence - 1, end: "dead", reason: "stale" }]);
        return expect(settled).toEqual([{ id, result: "fenced" }]);
      }
      case "retry-dead": {
        expect(await tasks.retryDead({ ids: [id] })).toBe(model.state === "dead" ? 1 : 0);
        if (model.state === "dead") Object.assign(model, { state: "ready", attempts: 0, waiting: true });
        return;
      }
      case "settle": {
        const wasLeased = model.state === "leased";
        const [settled] = await tasks.settle([{ id, fence: model.fence, ...endingOf(one.end) }]);
        if (!wasLeased) return expect(settled?.result).toBe(model.state === "done" ? "committed" : "fenced");
        expect(settled?.result).toBe("committed");
        if (one.end === "retry" || one.end === "postponed") Object.assign(model, { state: "ready", waiting: true });
        else model.state = one.end === "dead" ? "dead" : "done";
        if (one.end === "postponed") model.attempts -= 1;
      }
    }
  }

  function endingOf(end: Ending["end"]): Ending {
    const part = (words: string[]) => ({ payload: { chunk: "part", words }, attempts: 0 });
    if (end === "done") return { end, next: [] };
    if (end === "retry" || end === "postponed") return { end, reason: "a reason", delaySeconds: 0 };
    if (end === "split") return { end, reason: "a reason", parts: [part(["one"]), part(["two"])] };
    return { end, reason: "a reason" };
  }
});
