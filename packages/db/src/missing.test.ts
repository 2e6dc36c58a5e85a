import { NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { endCrawls, recordPage, startCrawl } from "./crawls.ts";
import { readAimable, readMissing } from "./missing.ts";
import { sourceRepository } from "./sources.ts";
import { returnAssets, withdrawAssets } from "./withdraw-assets.ts";

const flickr = SourceId.parse("flickr");
const archive = SourceId.parse("archive");
let db: OpenDatabase;

beforeAll(async () => {
  db = openDatabase(await createDatabase());
  const sources = sourceRepository(db);
  await sources.save({ id: flickr, settings: SourceSettings.parse({ kind: "flickr" }) });
  await sources.save({ id: archive, settings: SourceSettings.parse({ kind: "folder", path: "/data" }) });
  await db.query(
    `INSERT INTO crawls (id, source_id, trigger, why, state, target) VALUES ('first', 'flickr', 'manual', '', 'done', 1)`,
  );
});
afterAll(() => db.close());

/** Assets of Flickr whose hat was answered so. */
async function addHats(option: string, count: number): Promise<void> {
  const value = packAll(primeHuman, { "hat.type": { value: option } });
  const one = `SELECT $1 || '.' || n AS id FROM generate_series(1, $2::int) AS n`;
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status) SELECT id, 'flickr', 'first', id, id, 'kept' FROM (${one}) c`,
    [option, count],
  );
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
     SELECT id, id, 'flickr', 640, 1280, '', '', '', '', 0, id, 0 FROM (${one}) c`,
    [option, count],
  );
  await db.query(
    `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller)
     SELECT id, $3, $4, $5, $5, 0 FROM (${one}) c`,
    [option, count, primeHuman.identity, value, value.map((packed) => (packed === NOT_ASKED ? 0 : 1))],
  );
}

describe("what a pool lacks", () => {
  it("is nothing while nothing was answered", async () => {
    expect(await readMissing(db, primeHuman)).toEqual({ assets: 0, counted: 0, lacks: [] });
  });

  it("is counted over its answers, by source", async () => {
    await addHats("none", 1_900);
    await addHats("hat", 60);
    await addHats("beret", 40);
    const { assets, counted, lacks } = await readMissing(db, primeHuman);
    expect({ assets, counted }).toEqual({ assets: 2_000, counted: 2_000 });
    const berets = lacks.find(({ option }) => option === "beret");
    expect(berets).toMatchObject({ category: "hat.type", have: 40, want: 100, query: "person beret" });
    expect(berets?.sources.map(({ sourceId, brought }) => [sourceId, brought])).toEqual([
      ["archive", 0],
      ["flickr", 40],
    ]);
    expect(lacks.map(({ category }) => category)).toEqual(Array(9).fill("hat.type"));
  });

  it("is counted without what was withdrawn, which no longer shows anybody", async () => {
    const gone = Array.from({ length: 10 }, (_, n) => ({
      assetId: `beret.${n + 1}`,
      reason: "small-face" as const,
    }));
    await db.transaction((tx) => withdrawAssets(tx, gone));
    const { assets, lacks } = await readMissing(db, primeHuman);
    expect([assets, lacks.find(({ option }) => option === "beret")?.have]).toEqual([1_990, 30]);
    const ids = gone.map(({ assetId }) => assetId);
    await db.transaction((tx) => returnAssets(tx, ids, primeHuman.identity));
    expect((await readMissing(db, primeHuman)).assets).toBe(2_000);
  });

  it("is counted in a sample of a pool that is very large, each time in the same", async () => {
    const sample = await readMissing(db, primeHuman, 500);
    expect(sample.assets).toBe(2_000);
    expect(sample.counted).toBeGreaterThan(100);
    expect(sample.counted).toBeLessThan(1_500);
    expect(await readMissing(db, primeHuman, 500)).toEqual(sample);
  });

  it("is under another protocol what that was answered by", async () => {
    expect(await readMissing(db, { ...primeHuman, identity: "other@1.0.0" })).toMatchObject({ counted: 0, lacks: [] });
  });
});

describe("the sources that crawls are planned of", () => {
  const plan = { category: "hat.type", option: "beret", have: 40, want: 100, weight: 0.1, lacking: 9 };
  const start = (given: object) =>
    db.transaction((tx) => startCrawl(tx, { sourceId: flickr, target: 9, trigger: "pool-low", why: "low", ...given }));

  it("are searched or not, and tell whether their last crawl was aimed and which words are spent", async () => {
    expect(await readAimable(db, [flickr, archive])).toEqual([
      { id: "flickr", searched: true, aimedLast: false, spent: [] },
      { id: "archive", searched: false, aimedLast: false, spent: [] },
    ]);
    const crawlId = await start({ query: "person beret", plan });
    const end = { state: "done", stopReason: "source-exhausted" } as const;
    await db.transaction((tx) => recordPage(tx, { crawlId, turn: 0, page: 0, listed: 0, found: 0, cursor: null, end }));
    expect(await readAimable(db, [flickr])).toEqual([
      { id: "flickr", searched: true, aimedLast: true, spent: ["person beret"] },
    ]);
    await db.query("UPDATE crawls SET finished_at = finished_at - interval '25 hours' WHERE id = $1", [crawlId]);
    const unaimed = await start({});
    await db.transaction((tx) => endCrawls(tx, [unaimed], { state: "done", stopReason: "target-reached" }));
    expect(await readAimable(db, [flickr])).toMatchObject([{ aimedLast: false, spent: [] }]);
  });
});
