import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { next } from "@anyone/queues/job";
import { watchPool } from "@anyone/queues/jobs/source";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DrawnCrawler, politeness } from "./drawn-crawler.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { userAgent } from "./polite-fetch.ts";

let folder: string;
let world: World;
let fetcher: SafeFetcher;
let crawler: DrawnCrawler;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "watch-")));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 200,
    trouble: 0,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  fetcher = safeFetcher({ allowPrivate: new Set(world.allow.split(",")) }, userAgent("mailto:tests@example.org"));
});

afterAll(async () => {
  await world.stop();
  await fetcher.close();
  await rm(folder, { recursive: true });
});

const sources = () => ({
  flickr: { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 40, politeness },
  laion: { kind: "laion", files: world.laionFiles, rowsPerPage: 40, politeness },
});

async function openCrawler(): Promise<void> {
  crawler = await DrawnCrawler.over(world, fetcher, folder);
  for (const [id, settings] of Object.entries(sources())) {
    await crawler.context.sources.save({ id: SourceId.parse(id), settings: SourceSettings.parse(settings) });
  }
}

describe("the pool's watch", () => {
  beforeEach(async () => {
    await openCrawler();
    return () => crawler.db.close();
  });

  it("does nothing until it is told the bounds", async () => {
    await crawler.look("2026-01-01T00:00:00Z");
    expect(await crawler.db.query("SELECT * FROM crawls")).toEqual([]);
  });

  it("starts automatic sources under the lower bound, says why, and stops over the upper one", async () => {
    await crawler.setBounds({ lower: 20, upper: 30, enabled: true });
    await crawler.look("2026-01-01T00:00:00Z");
    const crawls = await crawler.db.query<{ trigger: string; why: string; source_id: string }>(
      "SELECT * FROM crawls ORDER BY source_id",
    );
    expect(crawls.map((row) => [row.source_id, row.trigger])).toEqual([
      ["flickr", "pool-low"],
      ["laion", "pool-low"],
    ]);
    expect(crawls[0]?.why).toContain("under lower bound 20");

    await crawler.db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
       SELECT id, id, source_id, 640, 1280, '', '', '', '', 0, id, 0 FROM candidates WHERE status = 'fetched' LIMIT 31`,
    );
    await crawler.db.query("UPDATE candidates SET status = 'kept' WHERE status = 'fetched'");
    await crawler.look("2026-01-01T00:01:00Z");
    await crawler.look("2026-01-01T00:02:00Z");
    const triggers = await crawler.db.query<{ action: string; pool: number; reason: string }>(
      "SELECT * FROM pool_triggers ORDER BY id",
    );
    expect(triggers.map((row) => [row.action, row.pool])).toEqual([
      ["start", 0],
      ["stop", 31],
    ]);
    expect(triggers[1]?.reason).toContain("upper bound 30 is reached");
  });

  it("starts nothing twice when two watches look at the same moment", async () => {
    await crawler.setBounds({ lower: 20, upper: 30, enabled: true });
    await Promise.all([
      crawler.perform(next(watchPool, { at: "2026-01-01T00:00:00Z" })),
      crawler.perform(next(watchPool, { at: "2026-01-01T00:00:01Z" })),
    ]);
    expect(await crawler.db.query("SELECT * FROM pool_triggers")).toHaveLength(1);
  });
});
