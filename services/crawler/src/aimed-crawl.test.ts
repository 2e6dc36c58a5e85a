import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { SourceId } from "@anyone/domain/ids";
import type { Aim } from "@anyone/domain/source/aim";
import { SourceSettings } from "@anyone/domain/source/source";
import { truthOfSample } from "@anyone/drawn-world/draw-person";
import { seedOf } from "@anyone/drawn-world/servers/catalogue";
import { swatchDrawer } from "@anyone/drawn-world/servers/swatch-drawer";
import { startWorld, type World } from "@anyone/drawn-world/servers/world";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DrawnCrawler, politeness } from "./drawn-crawler.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { userAgent } from "./polite-fetch.ts";

let folder: string;
let world: World;
let fetcher: SafeFetcher;
let crawler: DrawnCrawler;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "aimed-")));
  world = await startWorld({
    port: 0,
    seedFrom: 1,
    count: 2000,
    trouble: 0,
    cacheDir: folder,
    drawer: await swatchDrawer(join(folder, "drawn")),
    rate: { apiPerSecond: 1000, imagesPerSecond: 1000 },
  });
  fetcher = safeFetcher({ allowPrivate: new Set(world.allow.split(",")) }, userAgent("mailto:tests@example.org"));
  crawler = await DrawnCrawler.over(world, fetcher, folder);
  const settings = { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 100, politeness };
  await crawler.context.sources.save({ id: SourceId.parse("flickr"), settings: SourceSettings.parse(settings) });
});

afterAll(async () => {
  await crawler.db.close();
  await world.stop();
  await fetcher.close();
  await rm(folder, { recursive: true });
});

const LOOKS = 8;
const FIRST_POOL = 100;
/** Images that the pool is short of at each later look. */
const SHORT_OF = 20;

/** Categories that are answered: kinds of things, which captions name by one word. */
const ANSWERED = ["special.type", "one_piece.type", "top.type", "coat.type", "hat.type", "bag.type"];

/** Keeps what was fetched and answers what it shows, as filter and annotator would. */
async function keepAndAnswer(): Promise<void> {
  const fetched = await crawler.db.query<{ id: string; url: string }>(
    `UPDATE candidates SET status = 'kept' WHERE status = 'fetched' RETURNING id, url`,
  );
  for (const { id, url } of fetched) {
    const answers = Object.entries(answersOf(url)).map(([category, value]) => [category, { value }] as const);
    const value = packAll(primeHuman, Object.fromEntries(answers));
    await crawler.db.query(
      `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
       VALUES ($1, $1, 'flickr', 640, 1280, '', '', '', '', 0, $1, 0)`,
      [id],
    );
    await crawler.db.query(
      `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller) VALUES ($1, $2, $3, $3, $3, 0)`,
      [id, primeHuman.identity, value],
    );
  }
}

const known = new Map<string, Record<string, string>>();

function answersOf(url: string): Record<string, string> {
  const answers =
    known.get(url) ??
    Object.fromEntries(
      Object.entries(truthOfSample(seedOf(url) ?? 0).answers).filter(([category]) => ANSWERED.includes(category)),
    );
  known.set(url, answers);
  return answers;
}

interface Ran {
  query: string | null;
  plan: Aim | null;
  urls: string[];
}

describe("a pool that lacks an option", () => {
  let crawls: Ran[];

  beforeAll(async () => {
    for (let look = 0; look < LOOKS; look++) {
      const [row] = await crawler.db.query<{ pool: number }>("SELECT count(*)::int AS pool FROM assets");
      const lower = look === 0 ? FIRST_POOL : (row?.pool ?? 0) + SHORT_OF - 1;
      await crawler.setBounds({ lower, upper: lower + 1, enabled: true });
      await crawler.look(`2026-01-01T00:00:${10 + look}Z`);
      await keepAndAnswer();
    }
    crawls = await crawler.db.query<Ran>(
      `SELECT query, plan, ARRAY(SELECT url FROM candidates WHERE crawl_id = crawls.id) AS urls FROM crawls ORDER BY started_at`,
    );
  });

  it("has every other crawl aimed at what it lacks, once it knows; the rest keep the source's own words", () => {
    expect(crawls.map(({ plan }) => plan !== null)).toEqual(
      Array.from({ length: LOOKS }, (_, place) => place % 2 === 1),
    );
    for (const { query, plan } of crawls) {
      expect(query === null).toBe(plan === null);
      if (plan) expect(plan.have).toBeLessThan(plan.want);
    }
  });

  it("gets a larger share of it from the crawls aimed at it than from the others", () => {
    const shows = ({ category, option }: Aim, urls: string[]) =>
      urls.filter((url) => answersOf(url)[category] === option).length;
    const aimed = crawls.flatMap(({ plan, urls }) => (plan ? [{ plan, urls }] : []));
    const unaimed = crawls.flatMap(({ plan, urls }) => (plan ? [] : urls));
    const found = aimed.reduce((sum, { urls }) => sum + urls.length, 0);
    const hits = aimed.reduce((sum, { plan, urls }) => sum + shows(plan, urls), 0);
    const usual = aimed.reduce((sum, { plan }) => sum + shows(plan, unaimed), 0) / (aimed.length * unaimed.length);
    expect(found).toBeGreaterThan(8);
    expect(hits / found).toBeGreaterThan(0.6);
    expect(hits / found).toBeGreaterThan(20 * usual);
  });

  it("is not searched twice for words whose results were read to their end", async () => {
    const spent = await crawler.db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM crawls WHERE stop_reason = 'source-exhausted' AND query IS NOT NULL GROUP BY query`,
    );
    expect(spent.length).toBeGreaterThan(0);
    expect(spent.filter(({ n }) => n > 1)).toEqual([]);
  });
});
