import { recordReadings } from "@anyone/db/evidence";
import { recordGrant } from "@anyone/db/grants";
import { CandidateId, SourceId } from "@anyone/domain/ids";
import type { Evidence } from "@anyone/domain/source/consent";
import type { SourceUse } from "@anyone/domain/source/terms";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrainer, type TestTrainer } from "../trainer.fixture.ts";

let trainer: TestTrainer;
let ids: string[];
beforeEach(async () => {
  trainer = await openTrainer();
  ids = await trainer.fill(Array.from({ length: 4 }, (_, seed) => ({ seed })));
});
afterEach(() => trainer.close());

/** Says that an asset of the pool came from another kind of source, and under which licence. */
async function cameFrom(place: number, kind: string, licence: string | null): Promise<SourceId> {
  const sourceId = SourceId.parse(`${kind}-people`);
  const { db } = trainer;
  await db.query("INSERT INTO sources (id, connector, settings) VALUES ($1, $2, '{}') ON CONFLICT DO NOTHING", [
    sourceId,
    kind,
  ]);
  await db.query(
    `INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ($1, $1, 'manual', 'a test', 1) ON CONFLICT DO NOTHING`,
    [sourceId],
  );
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, licence, status)
     VALUES ($1, $2, $2, $1, 'https://example.org', $3, 'kept')`,
    [ids[place], sourceId, licence],
  );
  await db.query("UPDATE assets SET source_id = $2 WHERE id = $1", [ids[place], sourceId]);
  return sourceId;
}

const granted = (sourceId: SourceId, uses: SourceUse[]) =>
  recordGrant(trainer.db, { sourceId, uses, grantedBy: "its owner", until: null, document: "letter.pdf" }, "ada");

async function cut(policy: Parameters<TestTrainer["openVersion"]>[0] = {}) {
  const version = await trainer.openVersion(policy);
  await trainer.work();
  const items = await trainer.db.query<{ id: string }>("SELECT asset_id AS id FROM dataset_items WHERE version = $1", [
    version,
  ]);
  return {
    held: items.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b),
    ...(await trainer.context.versions.get(version)),
  };
}

describe("a version", () => {
  it("leaves out what may not be trained on, counts it, and takes it in once that is granted", async () => {
    const unsplash = await cameFrom(1, "unsplash", null);
    await cameFrom(2, "flickr", "CC BY-NC 2.0");
    await cameFrom(3, "flickr", "CC BY 2.0");
    const first = await cut();
    expect(first.held).toEqual([0, 3]);
    expect(first.counts).toMatchObject({ items: 2, not_for_training: 2, not_for_redistribution: 0 });

    await granted(unsplash, ["train"]);
    const second = await cut();
    expect(second.held).toEqual([0, 1, 3]);
    expect(second.counts).toMatchObject({ items: 3, not_for_training: 1 });
  });

  it("leaves out what was opted out of training since, counts it, and takes it in once that is taken back", async () => {
    await cameFrom(1, "folder", "CC BY 4.0");
    await cameFrom(2, "folder", "CC BY 4.0");
    const hear = (place: number, evidence: Evidence[]) =>
      recordReadings(trainer.db, [
        { candidateId: CandidateId.parse(ids[place]), heard: { asked: ["headers"], evidence }, whole: true },
      ]);
    const noai = (readFrom: string): Evidence => ({
      signal: "x-robots-tag",
      stance: "reserves",
      value: "noai",
      place: "headers",
      readFrom,
    });
    await hear(1, [noai("https://example.org/1")]);
    await hear(2, [{ ...noai("https://example.org/2"), stance: "silent", value: "all" }]);
    const first = await cut();
    expect(first.held).toEqual([0, 2, 3]);
    expect(first.counts).toMatchObject({ items: 3, opted_out: 1, not_for_training: 0 });

    await hear(1, []);
    await hear(2, [noai("https://example.org/2")]);
    const second = await cut();
    expect(second.held).toEqual([0, 1, 3]);
    expect(second.counts).toMatchObject({ items: 3, opted_out: 1 });
  });

  it("that is given to others also leaves out what may only be trained on", async () => {
    const laion = await cameFrom(1, "laion", null);
    await cameFrom(2, "folder", "CC BY 4.0");
    await cameFrom(3, "flickr", "CC0 1.0");
    expect((await cut({ redistributed: false })).held).toEqual([0, 1, 2, 3]);
    const given = await cut({ redistributed: true });
    expect(given.held).toEqual([2, 3]);
    expect(given.counts).toMatchObject({ not_for_training: 0, not_for_redistribution: 2 });

    await granted(laion, ["redistribute"]);
    expect((await cut({ redistributed: true })).held).toEqual([1, 2, 3]);
  });

  it("is not cut when nothing may be in it, and says why", async () => {
    for (const place of [0, 1, 2, 3]) await cameFrom(place, "pixabay", "Pixabay Content License");
    const version = await trainer.openVersion();
    await trainer.work();
    expect((await trainer.context.versions.get(version)).state).toBe("cutting");
    const [dead] = await trainer.db.query<{ reason: string }>("SELECT reason FROM tasks WHERE state = 'dead'");
    expect(dead?.reason).toContain("No image of the pool may be in this version: 4 not-for-training.");
  });
});
