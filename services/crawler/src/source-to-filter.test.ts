import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerCache } from "@anyone/db/answer-cache";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { crawlRepository, endCrawls, startCrawl } from "@anyone/db/crawls";
import { reopen } from "@anyone/db/rejudge";
import { requestBudgets } from "@anyone/db/request-budgets";
import { sourceRepository } from "@anyone/db/sources";
import { readThresholds, setThresholds } from "@anyone/db/thresholds";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { CandidateId, type CrawlId, SourceId } from "@anyone/domain/ids";
import { POOL_BOUNDS } from "@anyone/domain/source/pool-watch";
import { SourceSettings } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { catalogueEntry, seedOf } from "@anyone/drawn-world/servers/catalogue";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates, fetchCandidates, sourceJobs, watchPool } from "@anyone/queues/jobs/source";
import { logger } from "@anyone/runtime/logger";
import { filesystemStore } from "@anyone/storage/filesystem";
import { openStore } from "@anyone/storage/open-store";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CrawlerContext } from "./context.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { handlers } from "./handlers.ts";
import { politeFetch, userAgent } from "./polite-fetch.ts";
import { HostQueues } from "./politeness.ts";
import type { WatchContext } from "./watch-pool.ts";

/** Hosts misbehave three times as often as usual, so that a small world shows every manner. */
const TROUBLE = 3;
const politeness = { perSecond: 500, concurrency: 4 };
const flickrId = SourceId.parse("flickr");
const laionId = SourceId.parse("laion");
let folder: string;
let world: World;
let fetcher: SafeFetcher;
let db: OpenDatabase;
let context: CrawlerContext & WatchContext;
let written: NextTask[];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "crawl-")));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 200,
    trouble: TROUBLE,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  fetcher = safeFetcher({ allowPrivate: new Set(world.allow.split(",")) }, userAgent("mailto:tests@example.org"));
});

/** A crawler on a database of its own, with both of the world's sources. */
async function openCrawler(): Promise<void> {
  db = openDatabase(await createDatabase());
  written = [];
  context = {
    sources: sourceRepository(db),
    crawls: crawlRepository(db),
    candidates: candidateRepository(db),
    protocols: { current: async () => primeHuman },
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
        written.push(...tasks);
        return tasks.map((task) => task.id);
      },
    },
  };
  await context.sources.save({
    id: flickrId,
    settings: SourceSettings.parse({ kind: "flickr", endpoint: world.flickrEndpoint, perPage: 40, politeness }),
  });
  await context.sources.save({
    id: laionId,
    settings: SourceSettings.parse({ kind: "laion", files: world.laionFiles, rowsPerPage: 40, politeness }),
  });
}

afterAll(async () => {
  await world.stop();
  await fetcher.close();
  await rm(folder, { recursive: true });
});

/** Does a task as the runner does: handler, then its writes and next tasks in one transaction. Returns how it ended. */
async function perform(task: NextTask, attempt = 1): Promise<Outcome> {
  const job = sourceJobs.find((one) => one.name === task.name);
  if (!job) throw new Error(`no job ${task.name}`);
  const given = {
    ...context,
    taskId: task.id,
    attempt,
    signal: new AbortController().signal,
    heartbeat: async () => {},
    traceparent: null,
  };
  const handler = handlers[job.name] as (payload: unknown, context: unknown) => Promise<Outcome>;
  const outcome = await handler(job.payload.parse(task.payload), given);
  if (outcome.outcome === "done") {
    await db.transaction(async (tx) => {
      await outcome.write?.(tx);
      await context.tasks.add(tx, outcome.next);
    });
  }
  return outcome;
}

/** Performs every task of the source stage until none is left; those that wait for a later moment are done at once. */
async function performAll(): Promise<NextTask[]> {
  const forFilter: NextTask[] = [];
  for (let task = written.shift(); task; task = written.shift()) {
    if (task.stage === "source") await perform(task);
    else forFilter.push(task);
  }
  return forFilter;
}

async function crawl(sourceId: SourceId, target: number) {
  const crawlId = await db.transaction((tx) => startCrawl(tx, { sourceId, target, trigger: "manual", why: "a test" }));
  written.push(next(discoverCandidates, { crawlId, page: 0 }));
  return { crawlId, forFilter: await performAll() };
}

describe("two crawls of a whole world", () => {
  let forFilter: NextTask[];
  let crawlIds: CrawlId[];

  beforeAll(async () => {
    await openCrawler();
    const ends = [await crawl(flickrId, 1000), await crawl(laionId, 1000)];
    crawlIds = ends.map((end) => end.crawlId);
    forFilter = ends.flatMap((end) => end.forFilter);
  });
  afterAll(() => db.close());

  it("reach the end of their sources", async () => {
    for (const id of crawlIds) {
      expect(await context.crawls.get(id)).toMatchObject({ state: "done", stopReason: "source-exhausted" });
    }
  });

  it("end every candidate fetched or failed, and hand the fetched ones to the filter", async () => {
    const rows = await db.query<{ id: string; status: string }>("SELECT id, status FROM candidates ORDER BY id");
    const fetched = rows.filter((row) => row.status === "fetched").map((row) => row.id);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["fetched", "failed"]));
    expect(fetched.length).toBeGreaterThan(100);
    expect(forFilter.flatMap((task) => task.payload.candidateIds as string[]).sort()).toEqual(fetched);
  });

  it("fail what a host forgot, refused, gave as HTML, forbade to robots or opted out of: each for its own reason", async () => {
    const rows = await db.query<{ url: string; status: string; reason: string | null }>("SELECT * FROM candidates");
    const expected: Record<string, string> = {
      missing: "not-found",
      failing: "server-error",
      html: "not-an-image",
      private: "robots",
      "opted-out": "opted-out",
    };
    const manners = rows.map((row) => catalogueEntry(seedOf(row.url) ?? 0, TROUBLE).manner);
    for (const [i, { url, status, reason }] of rows.entries()) {
      const failure = expected[manners[i] ?? ""] ?? null;
      expect([url, status, reason]).toEqual([url, failure ? "failed" : "fetched", failure]);
    }
    expect(new Set(manners).size).toBeGreaterThanOrEqual(9);
    expect(world.requests().some((request) => request.path.startsWith("/private/"))).toBe(false);
  });

  it("store the same bytes once, whichever source they came from", async () => {
    const rows = await db.query<{ sha256: string; object_key: string }>(
      "SELECT sha256, object_key FROM candidates WHERE status = 'fetched'",
    );
    const keys = new Set(rows.map((row) => row.object_key));
    expect(keys.size).toBe(new Set(rows.map((row) => row.sha256)).size);
    expect(keys.size).toBeLessThan(rows.length);
    for (const key of keys) expect(await context.store.has(key)).toBe(true);
  });

  it("never ask for the truth", () => {
    expect(world.requests().length).toBeGreaterThan(150);
    expect(world.requests().filter((request) => request.path.startsWith("/truth"))).toEqual([]);
  });
});

describe("a crawl", () => {
  beforeEach(async () => {
    await openCrawler();
    return () => db.close();
  });

  it("stops at its target, and the next one goes on where it stopped", async () => {
    const first = await crawl(flickrId, 25);
    expect(await context.crawls.get(first.crawlId)).toMatchObject({
      state: "done",
      stopReason: "target-reached",
      found: 25,
      pages: 1,
    });
    const second = await crawl(flickrId, 25);
    expect(await context.crawls.get(second.crawlId)).toMatchObject({ found: 25 });
    const [row] = await db.query<{ n: number }>("SELECT count(*)::int AS n FROM candidates");
    expect(row?.n).toBe(50);
  });

  it("drops by a picture's header what the thresholds in force call too small, and fetches it again once they do not", async () => {
    const set = (shortSide: number, longSide: number) =>
      setThresholds(db, { change: { shortSide, longSide }, note: undefined, by: "test" });
    const { gates } = await set(2400, 3800);
    await crawl(flickrId, 10);
    const dropped = await db.query<{ id: string; version: string }>(
      "SELECT id, verdict ->> 'gates' AS version FROM candidates WHERE reason = 'too-small' ORDER BY id",
    );
    expect(dropped.length).toBeGreaterThan(3);
    expect(new Set(dropped.map(({ version }) => version))).toEqual(new Set([gates.version]));

    await set(640, 1280);
    const candidateIds = dropped.map(({ id }) => CandidateId.parse(id));
    await reopen(db, candidateIds, "listed");
    written.push(next(fetchCandidates, { candidateIds, rejudge: 1 }));
    const [task] = await performAll();
    expect(task?.payload).toMatchObject({ candidateIds: expect.arrayContaining(candidateIds), rejudge: 1 });
    const left = await db.query("SELECT FROM candidates WHERE status <> 'fetched' AND id = ANY($1::text[])", [
      candidateIds,
    ]);
    expect(left).toEqual([]);
  });

  it("takes only its source's share of each page, what captions say to be rare first", async () => {
    const termsPerCaption = async () => {
      const rows = await db.query<{ caption: string }>("SELECT caption FROM candidates");
      const terms = new Set(rows.flatMap(({ caption }) => caption.split(", ")));
      return { candidates: rows.length, terms: terms.size / rows.length };
    };
    await crawl(flickrId, 1000);
    const whole = await termsPerCaption();
    await db.query("DELETE FROM candidates");
    const settings = { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 40, share: 0.25, politeness };
    await context.sources.save({ id: flickrId, settings: SourceSettings.parse(settings) });
    await crawl(flickrId, 1000);
    const rarest = await termsPerCaption();
    expect(rarest.candidates).toBeGreaterThan(0.2 * whole.candidates);
    expect(rarest.candidates).toBeLessThan(0.35 * whole.candidates);
    expect(rarest.terms).toBeGreaterThan(1.3 * whole.terms);
  });

  it("is not walked twice when a page's task comes twice", async () => {
    const crawlId = await db.transaction((tx) =>
      startCrawl(tx, { sourceId: flickrId, target: 1000, trigger: "manual", why: "a test" }),
    );
    const task = next(discoverCandidates, { crawlId, page: 0 });
    expect(await perform(task)).toMatchObject({ outcome: "done" });
    expect(await perform(task)).toEqual({ outcome: "skipped", reason: "page-known" });
    await db.transaction((tx) => endCrawls(tx, [crawlId], { state: "stopped", stopReason: "by hand" }));
    expect(await perform(next(discoverCandidates, { crawlId, page: 1 }))).toEqual({
      outcome: "skipped",
      reason: "crawl-stopped",
    });
  });

  it("runs once per source at a time", async () => {
    const options = { sourceId: flickrId, target: 10, trigger: "manual", why: "a test" } as const;
    let second: Promise<unknown> | undefined;
    await db.transaction(async (tx) => {
      await startCrawl(tx, options);
      second = db.transaction((other) => startCrawl(other, options)).catch((error: unknown) => error);
      // Until it waits for the first one.
      await expect
        .poll(() =>
          db.query("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"),
        )
        .toHaveLength(1);
    });
    expect(await second).toMatchObject({ code: "conflict" });
  });

  it("leaves its candidates listed while the object store is away: none counts as fetched without its object", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
    const away = await openStore("s3://bucket", { S3_ENDPOINT: "http://127.0.0.1:9", ...keys });
    const { store } = context;
    context = { ...context, store: away };
    const options = { sourceId: flickrId, target: 20, trigger: "manual", why: "a test" } as const;
    const crawlId = await db.transaction((tx) => startCrawl(tx, options));
    await perform(next(discoverCandidates, { crawlId, page: 0 }));
    for (const task of written.filter(({ name }) => name === "source.fetch")) {
      await expect(perform(task)).rejects.toMatchObject({ code: "unavailable" });
    }
    const read = () =>
      db.query<{ status: string; key: string | null }>("SELECT status, object_key AS key FROM candidates");
    expect(new Set((await read()).map(({ status }) => status))).toEqual(new Set(["listed"]));

    context = { ...context, store };
    await performAll();
    const fetched = (await read()).filter(({ status }) => status === "fetched");
    expect(fetched.length).toBeGreaterThan(0);
    for (const { key } of fetched) expect(await store.has(key ?? "")).toBe(true);
  });

  it("fails with the reason when its listing goes wrong in a way that nobody foresaw", async () => {
    const fetch = () => Promise.reject(new Error("the unforeseen"));
    context.reach = { ...context.reach, fetch };
    const options = { sourceId: flickrId, target: 20, trigger: "manual", why: "a test" } as const;
    const crawlId = await db.transaction((tx) => startCrawl(tx, options));
    const task = next(discoverCandidates, { crawlId, page: 0 });
    await expect(perform(task)).rejects.toThrow("the unforeseen");
    await perform(task, 3);
    expect(await context.crawls.get(crawlId)).toMatchObject({
      state: "failed",
      stopReason: "unreadable: the unforeseen",
    });
  });

  it("fails with a sentence when its source can't be read", async () => {
    context.reach = { ...context.reach, apiKeys: {} };
    const { crawlId } = await crawl(flickrId, 10);
    expect(await context.crawls.get(crawlId)).toMatchObject({
      state: "failed",
      stopReason: expect.stringContaining("FLICKR_API_KEY"),
    });
  });
});

describe("the pool's watch", () => {
  beforeEach(async () => {
    await openCrawler();
    return () => db.close();
  });

  const look = async (at: string) => {
    await perform(next(watchPool, { at }));
    return performAll();
  };
  const setBounds = (bounds: unknown) =>
    db.query(
      "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      [POOL_BOUNDS, JSON.stringify(bounds)],
    );

  it("does nothing until it is told the bounds", async () => {
    await look("2026-01-01T00:00:00Z");
    expect(await db.query("SELECT * FROM crawls")).toEqual([]);
  });

  it("starts automatic sources under the lower bound, says why, and stops over the upper one", async () => {
    await setBounds({ lower: 20, upper: 30, enabled: true });
    await look("2026-01-01T00:00:00Z");
    const crawls = await db.query<{ trigger: string; why: string; source_id: string }>(
      "SELECT * FROM crawls ORDER BY source_id",
    );
    expect(crawls.map((row) => [row.source_id, row.trigger])).toEqual([
      ["flickr", "pool-low"],
      ["laion", "pool-low"],
    ]);
    expect(crawls[0]?.why).toContain("under lower bound 20");

    await db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
       SELECT id, id, source_id, 640, 1280, '', '', '', '', 0, id, 0 FROM candidates WHERE status = 'fetched' LIMIT 31`,
    );
    await db.query("UPDATE candidates SET status = 'kept' WHERE status = 'fetched'");
    await look("2026-01-01T00:01:00Z");
    await look("2026-01-01T00:02:00Z");
    const triggers = await db.query<{ action: string; pool: number; reason: string }>(
      "SELECT * FROM pool_triggers ORDER BY id",
    );
    expect(triggers.map((row) => [row.action, row.pool])).toEqual([
      ["start", 0],
      ["stop", 31],
    ]);
    expect(triggers[1]?.reason).toContain("upper bound 30 is reached");
  });

  it("starts nothing twice when two watches look at the same moment", async () => {
    await setBounds({ lower: 20, upper: 30, enabled: true });
    await Promise.all([
      perform(next(watchPool, { at: "2026-01-01T00:00:00Z" })),
      perform(next(watchPool, { at: "2026-01-01T00:00:01Z" })),
    ]);
    expect(await db.query("SELECT * FROM pool_triggers")).toHaveLength(1);
  });
});
