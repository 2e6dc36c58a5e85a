import { setTimeout as sleep } from "node:timers/promises";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, recordPage, startCrawl } from "@anyone/db/crawls";
import { cancelCrawl, pauseCrawl, resumeCrawl } from "@anyone/db/halt-crawls";
import { taskStore } from "@anyone/db/tasks";
import { type CrawlId, SourceId } from "@anyone/domain/ids";
import type { World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { discoverCandidates, resumeTasks } from "@anyone/queues/jobs/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  crawlerEnvironment,
  crawlerProcesses,
  type SwatchWorld,
  saveSwatchSource,
  startSwatchWorld,
} from "./crawler-process.fixture.ts";
import { AT_ONCE } from "./fetch-candidates.ts";

const PROCESSES = 2;
const PICTURES = 160;
const sourceId = SourceId.parse("drawn");
let swatches: SwatchWorld;
let world: World;
let db: OpenDatabase;
let environment: Record<string, string>;
const crawlers = crawlerProcesses(PROCESSES);

beforeAll(async () => {
  swatches = await startSwatchWorld("halt", PICTURES);
  world = swatches.world;
});

beforeEach(async () => {
  const databaseUrl = await createDatabase();
  db = openDatabase(databaseUrl);
  environment = await crawlerEnvironment(world, databaseUrl, swatches.folder);
  await saveSwatchSource(db, sourceId, world, 40);
});

afterEach(async () => {
  await crawlers.kill();
  await db.close();
});

afterAll(() => swatches.stop());

async function begin(wanted?: number): Promise<CrawlId> {
  const id = await db.transaction(async (tx) => {
    const crawlId = await startCrawl(tx, { sourceId, target: 10_000, wanted, trigger: "manual", why: "a test" });
    await taskStore(db).add(tx, [next(discoverCandidates, { crawlId, page: 0 })]);
    return crawlId;
  });
  crawlers.start(environment);
  return id;
}

const pause = (id: CrawlId) => db.transaction((tx) => pauseCrawl(tx, id));
const resume = (id: CrawlId) =>
  db.transaction(async (tx) => taskStore(db).add(tx, resumeTasks(id, await resumeCrawl(tx, id))));
const stateOf = async (id: CrawlId) => (await crawlRepository(db).get(id)).state;

async function counts(): Promise<Record<string, number>> {
  const rows = await db.query<{ status: string; n: number }>(
    "SELECT status, count(*)::int AS n FROM candidates GROUP BY 1",
  );
  return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
}

const fetched = async () => (await counts()).fetched ?? 0;
const atWork = async () => {
  const [row] = await db.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM tasks WHERE state IN ('ready', 'leased') AND name IN ('source.discover', 'source.fetch')",
  );
  return row?.n ?? 0;
};
const idle = () => expect.poll(atWork, { timeout: 60_000, interval: 50 }).toBe(0);

/** How often each picture of the world was asked for since. */
function askedSince(start: number): Map<string, number> {
  const asked = new Map<string, number>();
  for (const { path } of world.requests().slice(start)) {
    if (/\.(jpe?g|png|webp)$/.test(path)) asked.set(path, (asked.get(path) ?? 0) + 1);
  }
  return asked;
}

describe("a crawl by several processes", () => {
  it("asks for nothing while it is paused, and resumed goes on where it stood, with every picture asked for once", async () => {
    const before = world.requests().length;
    const id = await begin();
    await expect.poll(fetched, { timeout: 60_000, interval: 10 }).toBeGreaterThan(10);
    await pause(id);
    await idle();
    const still = { counts: await counts(), requests: world.requests().length };
    expect(still.counts.listed).toBeGreaterThan(0);
    expect(still.counts.failed).toBeUndefined();
    await sleep(500);
    expect({ counts: await counts(), requests: world.requests().length }).toEqual(still);
    expect(await stateOf(id)).toBe("paused");

    await resume(id);
    await expect.poll(() => stateOf(id), { timeout: 60_000 }).toBe("done");
    await idle();
    expect(await counts()).toEqual({ fetched: expect.any(Number) });
    const asked = askedSince(before);
    expect(asked.size).toBe(await fetched());
    expect([...asked].filter(([, times]) => times > 1)).toEqual([]);
  }, 180_000);

  it("is cancelled: what was fetched stays for its verdict, the rest is given up with a reason, and a later crawl takes it up", async () => {
    const id = await begin();
    await expect.poll(fetched, { timeout: 60_000, interval: 10 }).toBeGreaterThan(10);
    const atCancel = await fetched();
    const given = await db.transaction((tx) => cancelCrawl(tx, id, "a test"));
    await idle();
    const { fetched: kept = 0, failed, listed } = await counts();
    expect({ failed, listed }).toEqual({ failed: given, listed: undefined });
    expect(kept).toBeGreaterThanOrEqual(atCancel);
    expect(kept).toBeLessThanOrEqual(atCancel + PROCESSES * AT_ONCE);
    const [row] = await db.query("SELECT DISTINCT reason FROM candidates WHERE status = 'failed'");
    expect(row).toEqual({ reason: "cancelled" });
    const unjudged = await db.query(
      `SELECT FROM candidates WHERE status = 'fetched' AND NOT EXISTS (
         SELECT FROM tasks WHERE name = 'filter.candidates' AND payload->'candidateIds' ? candidates.id)`,
    );
    expect(unjudged).toEqual([]);

    await db.query("UPDATE sources SET cursor = NULL");
    const again = await begin();
    await expect.poll(() => stateOf(again), { timeout: 60_000 }).toBe("done");
    await idle();
    expect(await counts()).toEqual({ fetched: expect.any(Number) });
    expect(await fetched()).toBeGreaterThan(kept);
  }, 180_000);

  it("counts accepted images: it lists on while too few are kept, and ends when they are", async () => {
    const id = await begin(20);
    // The filter's verdicts, two of three against.
    const judge = setInterval(
      () =>
        void db.query(
          `UPDATE candidates SET status = CASE WHEN hashtext(id) % 3 = 0 THEN 'kept' ELSE 'dropped' END,
             reason = CASE WHEN hashtext(id) % 3 = 0 THEN NULL ELSE 'blurry' END WHERE status = 'fetched'`,
        ),
      100,
    );
    try {
      await expect.poll(() => stateOf(id), { timeout: 90_000 }).toBe("done");
    } finally {
      clearInterval(judge);
    }
    const { kept = 0, dropped = 0 } = await counts();
    expect((await crawlRepository(db).get(id)).stopReason).toBe("limit-reached");
    expect(kept).toBeGreaterThanOrEqual(20);
    expect(kept).toBeLessThanOrEqual(32);
    expect(dropped).toBeGreaterThan(0);
  }, 180_000);
});

describe("a page that was under way", () => {
  const record = { turn: 0, page: 0, listed: 40, found: 40, cursor: "2" };
  const started = () =>
    db.transaction((tx) => startCrawl(tx, { sourceId, target: 100, trigger: "manual", why: "a test" }));

  it("is kept by a crawl that was paused meanwhile, and does not go on; its end is remembered", async () => {
    const crawlId = await started();
    await pause(crawlId);
    const first = await db.transaction((tx) => recordPage(tx, { ...record, crawlId }));
    expect(first).toEqual({ goesOn: false });
    const end = { state: "done", stopReason: "source-exhausted" } as const;
    await db.transaction((tx) => recordPage(tx, { ...record, crawlId, page: 1, cursor: null, end }));
    expect(await crawlRepository(db).get(crawlId)).toMatchObject({ state: "paused", pages: 2, found: 80 });
    expect(await db.transaction((tx) => resumeCrawl(tx, crawlId))).toEqual({ page: undefined, turn: 1, waiting: [] });
    expect(await crawlRepository(db).get(crawlId)).toMatchObject({ state: "done", stopReason: "source-exhausted" });
  });

  it("is undone where the crawl was resumed or cancelled since: another task has that page", async () => {
    const crawlId = await started();
    await pause(crawlId);
    expect(await db.transaction((tx) => resumeCrawl(tx, crawlId))).toEqual({ page: 0, turn: 1, waiting: [] });
    await expect(db.transaction((tx) => recordPage(tx, { ...record, crawlId }))).rejects.toMatchObject({
      code: "conflict",
    });
    await db.transaction((tx) => cancelCrawl(tx, crawlId, "a test"));
    await expect(db.transaction((tx) => recordPage(tx, { ...record, crawlId, turn: 1 }))).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("cannot be halted twice, nor started beside a paused one", async () => {
    const crawlId = await started();
    const both = await Promise.allSettled([pause(crawlId), pause(crawlId)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(started()).rejects.toMatchObject({ code: "conflict", hint: expect.stringContaining("crawl resume") });
    await db.transaction((tx) => cancelCrawl(tx, crawlId, "a test"));
    await expect(db.transaction((tx) => cancelCrawl(tx, crawlId, "again"))).rejects.toMatchObject({ code: "conflict" });
    await expect(resume(crawlId)).rejects.toMatchObject({ code: "conflict" });
    await started();
  });
});
