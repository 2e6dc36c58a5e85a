import { createHash } from "node:crypto";
import type { OpenDatabase } from "@anyone/db/client";
import { recordReadings } from "@anyone/db/evidence";
import { everyJudged } from "@anyone/db/judged";
import { gates } from "@anyone/domain/filter/gate";
import { collectReport } from "@anyone/domain/filter/report";
import { CandidateId } from "@anyone/domain/ids";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import type { Store } from "@anyone/storage/store";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { far, openFilter, photograph, type TestFilter } from "./open-filter.fixture.ts";

let open: TestFilter;
let db: OpenDatabase;
let store: Store;

beforeAll(async () => {
  open = await openFilter();
  ({ db, store } = open);
});
afterAll(() => open?.close());

const fetched = (id: string, bytes: Uint8Array) => open.fetched(id, bytes);
const filter = (candidateIds: CandidateId[]) => open.filter(candidateIds);

/** The filter's report on what this database holds. */
async function report() {
  const collector = collectReport(gates);
  for await (const candidate of everyJudged(db, gates)) collector.add(candidate);
  const { gates: counted, hash } = collector.close((text) => createHash("sha256").update(text).digest("hex"));
  return { hash, says: (gate: string) => counted.find((row) => row.gate === gate)?.says ?? {} };
}

async function verdicts(ids: CandidateId[]): Promise<Record<string, string>> {
  const all = await open.verdicts();
  return Object.fromEntries(ids.map((id) => [id, all[id] ?? "unknown"]));
}

interface AssetRow {
  id: string;
  keypoints: number[];
  part_shares: number[];
  person_box: number[];
  face_box: number[];
  models: { slot: string; tier: string }[];
  image_key: string;
  thumbnail_key: string;
  parts_key: string;
}

describe("filtering candidates", { timeout: 120_000 }, () => {
  it("ends each of a chunk kept or dropped for its own reason, and never fails for one bad file", async () => {
    const clean = await photograph("kal-visuals.jpg");
    const ids = [
      await fetched("clean", clean),
      await fetched("other", await photograph("brooke.jpg")),
      await fetched("same-bytes", clean),
      await fetched("recompressed", await sharp(clean).jpeg({ quality: 70 }).toBuffer()),
      await fetched("small", await photograph("marie.jpg")),
      await fetched(
        "group",
        await sharp(await photograph("meeting.jpg"))
          .resize(1800)
          .jpeg()
          .toBuffer(),
      ),
      await fetched(
        "nobody",
        await sharp(await photograph("anastasia.jpg"))
          .resize(1350)
          .jpeg()
          .toBuffer(),
      ),
      await fetched("far", await far(clean)),
      await fetched("blurred", await sharp(clean).blur(6).jpeg().toBuffer()),
      await fetched("cut-off", clean.subarray(0, 30_000)),
      await fetched("empty", new Uint8Array()),
      await fetched("page", Buffer.from("<!doctype html><title>404</title>")),
      await fetched("drawing", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="900" height="1400"/>')),
    ];
    await filter(ids);
    expect(await verdicts(ids)).toEqual({
      clean: "kept",
      other: "kept",
      "same-bytes": "duplicate",
      recompressed: "near-duplicate",
      small: "too-small",
      group: "several-persons",
      nobody: "no-person",
      far: "small-face",
      blurred: "low-quality",
      "cut-off": "broken-file",
      empty: "broken-file",
      page: "unsupported-type",
      drawing: "unsupported-type",
    });
  });

  it("stores what every gate says by itself, so that counts do not depend on which comes first", async () => {
    const { says, hash } = await report();
    const total = (gate: string) => Object.values(says(gate)).reduce((sum, count) => sum + count, 0);
    // the same bytes again are judged where they were found first
    for (const gate of ["file", "size", "person", "quality", "watermark"])
      expect([gate, total(gate)]).toEqual([gate, 12]);
    expect(says("file")).toEqual({ passes: 8, "broken-file": 2, "unsupported-type": 2 });
    expect(says("size")["too-small"]).toBe(1);
    expect(says("person")).toMatchObject({ "several-persons": 1, "no-person": 1 });
    expect(says("watermark")).toEqual({ off: 12 });
    expect((await report()).hash).toBe(hash);
  });

  it("keeps what was measured on a near duplicate, to judge it again", async () => {
    const [row] = await db.query<{ verdict: Record<string, unknown> }>(
      "SELECT verdict FROM candidates WHERE id = 'recompressed'",
    );
    expect(row?.verdict).toMatchObject({
      duplicateOf: expect.any(String),
      brisque: expect.any(Number),
      faces: [expect.anything()],
      models: expect.arrayContaining([expect.objectContaining({ slot: "face" })]),
    });
  });

  it("stores of a kept one what later stages read: picture, thumbnail, part map, boxes, points and who measured", async () => {
    const [row] = await db.query<AssetRow>("SELECT * FROM assets WHERE candidate_id = 'clean'");
    if (!row) throw new Error("no asset");
    expect(row).toMatchObject({ width: 934, height: 1401, group_id: row.id, source_id: "photos" });
    expect(row.keypoints).toHaveLength(51);
    expect(row.part_shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
    expect(row.face_box[0]).toBeGreaterThan(row.person_box[0] as number);
    const tiers = Object.fromEntries(row.models.map(({ slot, tier }) => [slot, tier]));
    expect(tiers).toMatchObject({
      person: "embedded",
      face: "embedded",
      parsing: "embedded",
      "fake-person": "embedded",
      aesthetic: "none",
    });

    const picture = await sharp(await store.get(row.image_key)).metadata();
    expect([picture.format, picture.width, picture.height, picture.exif]).toEqual(["jpeg", 934, 1401, undefined]);
    const thumbnail = await sharp(await store.get(row.thumbnail_key)).metadata();
    expect([thumbnail.format, thumbnail.height]).toEqual(["jpeg", 320]);
    const parts = await sharp(await store.get(row.parts_key)).metadata();
    expect([parts.format, parts.channels, parts.height]).toEqual(["png", 1, 512]);
  });

  it("keeps a row small: verdict and measures of a kept picture take under 4 kB", async () => {
    const [size] = await db.query<{ bytes: number }>(
      "SELECT pg_column_size(a.*) + pg_column_size(c.*) AS bytes FROM assets a JOIN candidates c ON c.id = a.candidate_id LIMIT 1",
    );
    expect(size?.bytes).toBeLessThan(4096);
  });

  it("hands exactly what is in the pool to annotate", async () => {
    const kept = await db.query<{ id: string }>("SELECT id FROM assets ORDER BY id");
    const following = await db.query<{ payload: { assetIds: string[] } }>(
      "SELECT payload FROM tasks WHERE name = 'annotate.assets'",
    );
    expect(following.flatMap(({ payload }) => payload.assetIds).sort()).toEqual(kept.map(({ id }) => id));
  });

  it("of two alike pictures filtered at the same moment keeps one", async () => {
    const portrait = await sharp(await photograph("ivana.jpg"))
      .resize(960)
      .toBuffer();
    const [a, b] = [
      await sharp(portrait).jpeg({ quality: 95 }).toBuffer(),
      await sharp(portrait).jpeg({ quality: 85 }).toBuffer(),
    ];
    const ids = [await fetched("twin-a", a), await fetched("twin-b", b)];
    await Promise.all(ids.map((id) => filter([id])));
    expect(Object.values(await verdicts(ids)).sort()).toEqual(["kept", "near-duplicate"]);
  });

  it("stores nothing of where a picture was taken, though its source tells", async () => {
    const { jpeg } = await drawPerson(31, { framing: "headshot", defect: "exif-gps" });
    expect((await sharp(jpeg).metadata()).exif?.includes("A. Nobody")).toBe(true);
    const id = await fetched("located", jpeg);
    await filter([id]);
    expect(await verdicts([id])).toEqual({ located: "kept" });
    const [asset] = await db.query<{ image_key: string; thumbnail_key: string }>(
      "SELECT image_key, thumbnail_key FROM assets WHERE candidate_id = 'located'",
    );
    for (const key of Object.values(asset ?? {})) {
      const { exif, xmp, iptc } = await sharp(await store.get(key)).metadata();
      expect([exif, xmp, iptc]).toEqual([undefined, undefined, undefined]);
    }
  });

  it("drops a photograph whose own file says that a model made it, and says by what", async () => {
    const mark = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    const enlarged = (bytes: Buffer) => sharp(bytes).resize(700, 1400).jpeg({ quality: 95 }).toBuffer();
    const said = await fetched("says-generated", await enlarged(await photograph("ivana.jpg")));
    const taken = await fetched("takes-it-back", await enlarged(await photograph("marie.jpg")));
    const generated = { signal: "digital-source-type", stance: "generated", value: mark, place: "xmp" } as const;
    const heard = (readFrom: string) => ({ asked: ["xmp"] as const, evidence: [{ ...generated, readFrom }] });
    await recordReadings(db, [
      { candidateId: said, heard: heard("file:///said"), whole: true },
      { candidateId: taken, heard: heard("file:///taken"), whole: true },
    ]);
    await recordReadings(db, [{ candidateId: taken, heard: { asked: ["xmp"], evidence: [] }, whole: true }]);
    await filter([said, taken]);
    const rows = await db.query<{ id: string; reason: string; mark: string | null }>(
      "SELECT id, reason, verdict->>'saysGenerated' AS mark FROM candidates WHERE id = ANY($1::text[]) ORDER BY id",
      [[said, taken]],
    );
    expect(rows[0]).toEqual({ id: said, reason: "fake-person", mark });
    expect(rows[1]).toMatchObject({ id: taken, mark: null });
    expect(rows[1]?.reason).not.toBe("fake-person");
  });

  it("does nothing the second time", async () => {
    const before = await db.query("SELECT * FROM assets ORDER BY id");
    const ids = await db.query<{ id: string }>("SELECT id FROM candidates ORDER BY id DESC");
    await filter(ids.map(({ id }) => CandidateId.parse(id)));
    expect(await db.query("SELECT * FROM assets ORDER BY id")).toEqual(before);
  });
});
