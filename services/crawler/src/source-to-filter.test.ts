import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endCrawls, startCrawl } from "@anyone/db/crawls";
import { reopen } from "@anyone/db/rejudge";
import { setThresholds } from "@anyone/db/thresholds";
import { CandidateId, type CrawlId, SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { catalogueEntry, seedOf } from "@anyone/drawn-world/servers/catalogue";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { discoverCandidates, fetchCandidates } from "@anyone/queues/jobs/source";
import { openStore } from "@anyone/storage/open-store";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DrawnCrawler, politeness } from "./drawn-crawler.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { userAgent } from "./polite-fetch.ts";

/** Hosts misbehave three times as often as usual, so that a small world shows every manner. */
const TROUBLE = 3;
const flickrId = SourceId.parse("flickr");
const laionId = SourceId.parse("laion");
let folder: string;
let world: World;
let fetcher: SafeFetcher;
let crawler: DrawnCrawler;

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

/** A crawler with both of the world's sources. */
async function openCrawler(): Promise<void> {
  crawler = await DrawnCrawler.over(world, fetcher, folder);
  await crawler.context.sources.save({
    id: flickrId,
    settings: SourceSettings.parse({ kind: "flickr", endpoint: world.flickrEndpoint, perPage: 40, politeness }),
  });
  await crawler.context.sources.save({
    id: laionId,
    settings: SourceSettings.parse({ kind: "laion", files: world.laionFiles, rowsPerPage: 40, politeness }),
  });
}

afterAll(async () => {
  await world.stop();
  await fetcher.close();
  await rm(folder, { recursive: true });
});

describe("two crawls of a whole world", () => {
  let forFilter: NextTask[];
  let crawlIds: CrawlId[];

  beforeAll(async () => {
    await openCrawler();
    const ends = [await crawler.crawl(flickrId, 1000), await crawler.crawl(laionId, 1000)];
    crawlIds = ends.map((end) => end.crawlId);
    forFilter = ends.flatMap((end) => end.forFilter);
  });
  afterAll(() => crawler.db.close());

  it("reach the end of their sources", async () => {
    for (const id of crawlIds) {
      expect(await crawler.context.crawls.get(id)).toMatchObject({ state: "done", stopReason: "source-exhausted" });
    }
  });

  it("end every candidate fetched or failed, and hand the fetched ones to the filter", async () => {
    const rows = await crawler.db.query<{ id: string; status: string }>(
      "SELECT id, status FROM candidates ORDER BY id",
    );
    const fetched = rows.filter((row) => row.status === "fetched").map((row) => row.id);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["fetched", "failed"]));
    expect(fetched.length).toBeGreaterThan(100);
    expect(forFilter.flatMap((task) => task.payload.candidateIds as string[]).sort()).toEqual(fetched);
  });

  it("fail what a host forgot, refused, gave as HTML, forbade to robots or opted out of: each for its own reason", async () => {
    const rows = await crawler.db.query<{ url: string; status: string; reason: string | null }>(
      "SELECT * FROM candidates",
    );
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
    const rows = await crawler.db.query<{ sha256: string; object_key: string }>(
      "SELECT sha256, object_key FROM candidates WHERE status = 'fetched'",
    );
    const keys = new Set(rows.map((row) => row.object_key));
    expect(keys.size).toBe(new Set(rows.map((row) => row.sha256)).size);
    expect(keys.size).toBeLessThan(rows.length);
    for (const key of keys) expect(await crawler.context.store.has(key)).toBe(true);
  });

  it("never ask for the truth", () => {
    expect(world.requests().length).toBeGreaterThan(150);
    expect(world.requests().filter((request) => request.path.startsWith("/truth"))).toEqual([]);
  });
});

describe("a crawl", () => {
  beforeEach(async () => {
    await openCrawler();
    return () => crawler.db.close();
  });

  it("stops at its target, and the next one goes on where it stopped", async () => {
    const first = await crawler.crawl(flickrId, 25);
    expect(await crawler.context.crawls.get(first.crawlId)).toMatchObject({
      state: "done",
      stopReason: "target-reached",
      found: 25,
      pages: 1,
    });
    const second = await crawler.crawl(flickrId, 25);
    expect(await crawler.context.crawls.get(second.crawlId)).toMatchObject({ found: 25 });
    const [row] = await crawler.db.query<{ n: number }>("SELECT count(*)::int AS n FROM candidates");
    expect(row?.n).toBe(50);
  });

  it("drops by a picture's header what the thresholds in force call too small, and fetches it again once they do not", async () => {
    const set = (shortSide: number, longSide: number) =>
      setThresholds(crawler.db, { change: { shortSide, longSide }, note: undefined, by: "test" });
    const { gates } = await set(2400, 3800);
    await crawler.crawl(flickrId, 10);
    const dropped = await crawler.db.query<{ id: string; version: string }>(
      "SELECT id, verdict ->> 'gates' AS version FROM candidates WHERE reason = 'too-small' ORDER BY id",
    );
    expect(dropped.length).toBeGreaterThan(3);
    expect(new Set(dropped.map(({ version }) => version))).toEqual(new Set([gates.version]));

    await set(640, 1280);
    const candidateIds = dropped.map(({ id }) => CandidateId.parse(id));
    await reopen(crawler.db, candidateIds, "listed");
    crawler.written.push(next(fetchCandidates, { candidateIds, rejudge: 1 }));
    const [task] = await crawler.performAll();
    expect(task?.payload).toMatchObject({ candidateIds: expect.arrayContaining(candidateIds), rejudge: 1 });
    const left = await crawler.db.query("SELECT FROM candidates WHERE status <> 'fetched' AND id = ANY($1::text[])", [
      candidateIds,
    ]);
    expect(left).toEqual([]);
  });

  it("takes only its source's share of each page, what captions say to be rare first", async () => {
    const termsPerCaption = async () => {
      const rows = await crawler.db.query<{ caption: string }>("SELECT caption FROM candidates");
      const terms = new Set(rows.flatMap(({ caption }) => caption.split(", ")));
      return { candidates: rows.length, terms: terms.size / rows.length };
    };
    await crawler.crawl(flickrId, 1000);
    const whole = await termsPerCaption();
    await crawler.db.query("DELETE FROM candidates");
    const settings = { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 40, share: 0.25, politeness };
    await crawler.context.sources.save({ id: flickrId, settings: SourceSettings.parse(settings) });
    await crawler.crawl(flickrId, 1000);
    const rarest = await termsPerCaption();
    expect(rarest.candidates).toBeGreaterThan(0.2 * whole.candidates);
    expect(rarest.candidates).toBeLessThan(0.35 * whole.candidates);
    expect(rarest.terms).toBeGreaterThan(1.3 * whole.terms);
  });

  it("is not walked twice when a page's task comes twice", async () => {
    const crawlId = await crawler.db.transaction((tx) =>
      startCrawl(tx, { sourceId: flickrId, target: 1000, trigger: "manual", why: "a test" }),
    );
    const task = next(discoverCandidates, { crawlId, page: 0 });
    expect(await crawler.perform(task)).toMatchObject({ outcome: "done" });
    expect(await crawler.perform(task)).toEqual({ outcome: "skipped", reason: "page-known" });
    await crawler.db.transaction((tx) => endCrawls(tx, [crawlId], { state: "stopped", stopReason: "by hand" }));
    expect(await crawler.perform(next(discoverCandidates, { crawlId, page: 1 }))).toEqual({
      outcome: "skipped",
      reason: "crawl-stopped",
    });
  });

  it("runs once per source at a time", async () => {
    const options = { sourceId: flickrId, target: 10, trigger: "manual", why: "a test" } as const;
    let second: Promise<unknown> | undefined;
    await crawler.db.transaction(async (tx) => {
      await startCrawl(tx, options);
      second = crawler.db.transaction((other) => startCrawl(other, options)).catch((error: unknown) => error);
      // Until it waits for the first one.
      await expect
        .poll(() =>
          crawler.db.query(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          ),
        )
        .toHaveLength(1);
    });
    expect(await second).toMatchObject({ code: "conflict" });
  });

  it("leaves its candidates listed while the object store is away: none counts as fetched without its object", async () => {
    const keys = { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" };
    const away = await openStore("s3://bucket", { S3_ENDPOINT: "http://127.0.0.1:9", ...keys });
    const { store } = crawler.context;
    crawler.context = { ...crawler.context, store: away };
    const options = { sourceId: flickrId, target: 20, trigger: "manual", why: "a test" } as const;
    const crawlId = await crawler.db.transaction((tx) => startCrawl(tx, options));
    await crawler.perform(next(discoverCandidates, { crawlId, page: 0 }));
    for (const task of crawler.written.filter(({ name }) => name === "source.fetch")) {
      await expect(crawler.perform(task)).rejects.toMatchObject({ code: "unavailable" });
    }
    const read = () =>
      crawler.db.query<{ status: string; key: string | null }>("SELECT status, object_key AS key FROM candidates");
    expect(new Set((await read()).map(({ status }) => status))).toEqual(new Set(["listed"]));

    crawler.context = { ...crawler.context, store };
    await crawler.performAll();
    const fetched = (await read()).filter(({ status }) => status === "fetched");
    expect(fetched.length).toBeGreaterThan(0);
    for (const { key } of fetched) expect(await store.has(key ?? "")).toBe(true);
  });

  it("fails with the reason when its listing goes wrong in a way that nobody foresaw", async () => {
    const fetch = () => Promise.reject(new Error("the unforeseen"));
    crawler.context.reach = { ...crawler.context.reach, fetch };
    const options = { sourceId: flickrId, target: 20, trigger: "manual", why: "a test" } as const;
    const crawlId = await crawler.db.transaction((tx) => startCrawl(tx, options));
    const task = next(discoverCandidates, { crawlId, page: 0 });
    await expect(crawler.perform(task)).rejects.toThrow("the unforeseen");
    await crawler.perform(task, 3);
    expect(await crawler.context.crawls.get(crawlId)).toMatchObject({
      state: "failed",
      stopReason: "unreadable: the unforeseen",
    });
  });

  it("fails with a sentence when its source can't be read", async () => {
    crawler.context.reach = { ...crawler.context.reach, apiKeys: {} };
    const { crawlId } = await crawler.crawl(flickrId, 10);
    expect(await crawler.context.crawls.get(crawlId)).toMatchObject({
      state: "failed",
      stopReason: expect.stringContaining("FLICKR_API_KEY"),
    });
  });
});
