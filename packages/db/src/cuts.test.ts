import { gates } from "@anyone/domain/filter/gate";
import { cutOf } from "@anyone/domain/filter/ranking";
import { random } from "@anyone/domain/random";
import { createDatabase } from "@anyone/test/support/servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "./client.ts";
import { readCuts } from "./cuts.ts";

const model = (version: string) => [{ slot: "preference", model: "hpsv2.0", version, sha256: "", tier: "paper" }];
const stored: Record<string, number[]> = { a: [], b: [], old: [] };

let db: OpenDatabase;
beforeAll(async () => {
  db = openDatabase(await createDatabase());
  await db.query("INSERT INTO sources (id, connector, settings) VALUES ('a', 'folder', '{}'), ('b', 'folder', '{}')");
  await db.query(
    "INSERT INTO crawls (id, source_id, trigger, why, target) SELECT 'crawl-' || id, id, 'manual', 'test', 9 FROM sources",
  );
  const draw = random("cuts");
  for (let i = 0; i < 260; i++) {
    const source = i % 3 === 0 ? "b" : "a";
    const version = i % 13 === 0 ? "old" : "new";
    const preference = Number((0.2 + 0.1 * draw()).toFixed(i % 5 === 0 ? 2 : 5));
    if (version === "old" && source === "a") stored.old?.push(preference);
    if (version === "new") stored[source]?.push(preference);
    await insert(`c${i}`, source, i % 2 === 0, { preference, models: model(version) });
  }
  // Dropped before its preference was measured; and kept before anything gave one.
  await insert("unmeasured", "a", false, { brisque: 20, models: model("new") });
  await insert("before", "a", true, { models: [] });
});
afterAll(() => db.close());

async function insert(id: string, source: string, kept: boolean, { models, ...measures }: Record<string, unknown>) {
  const verdict = kept ? { says: {} } : { ...measures, models };
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, verdict) VALUES ($1, $2, $3, $1, '', $4, $5)`,
    [id, source, `crawl-${source}`, kept ? "kept" : "dropped", JSON.stringify(verdict)],
  );
  if (!kept) return;
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
       group_id, person_box, face_box, keypoints, part_shares, brisque, measures, models)
     VALUES ($1, $1, $2, 1, 1, '', '', '', '', 0, $1, '{}', '{}', '{}', '{}', 0, $3, $4)`,
    [id, source, JSON.stringify(measures), JSON.stringify(models)],
  );
}

describe("a source's cuts", () => {
  it.each([1, 10, 33, 50, 97])(
    "at %i percent are the rule's, over kept and dropped pictures, for each source and version",
    async (percentile) => {
      const found = await readCuts(db, ["a", "b", "nobody"], {
        faceQuality: gates.faceQuality,
        preference: { percentile, leastScores: 1 },
      });
      expect(found.get("a")).toEqual({
        preference: { new: cutOf(stored.a ?? [], { percentile }), old: cutOf(stored.old ?? [], { percentile }) },
      });
      expect(found.get("b")?.preference?.new).toEqual(cutOf(stored.b ?? [], { percentile }));
      expect(found.get("nobody")).toBeUndefined();
    },
  );

  it("are none where the gate is off", async () => {
    expect(await readCuts(db, ["a"], { faceQuality: null, preference: null })).toEqual(new Map());
  });
});
