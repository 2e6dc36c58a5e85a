import { createHash } from "node:crypto";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { candidateRepository } from "@anyone/db/candidates";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { gates } from "@anyone/domain/filter/gate";
import { cutOf } from "@anyone/domain/filter/ranking";
import { CandidateId, ProtocolId } from "@anyone/domain/ids";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { logger } from "@anyone/runtime/logger";
import { contentKey } from "@anyone/storage/keys";
import { openStore } from "@anyone/storage/open-store";
import type { Store } from "@anyone/storage/store";
import { createDatabase } from "@anyone/test/support/servers";
import { addWeights } from "@anyone/vision/added";
import { catalogue } from "@anyone/vision/catalogue";
import { modelsFolder } from "@anyone/vision/models-folder";
import { randomNetwork } from "@anyone/vision/random-network.fixture";
import { findRanked } from "@anyone/vision/scores";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cutReader } from "./cut-reader.ts";
import { type FilterContext, filterCandidates } from "./filter-candidates.ts";
import { type MeasurePool, openMeasurePool } from "./measure-pool.ts";
import { poolIndex } from "./pool-index.ts";

// HPSv2 with random weights: what it prefers means nothing, but everything from its files to a verdict is the real thing.
const ranking = { percentile: 75, leastScores: 3 };
const rule = { ...gates, preference: ranking };
const CAPTIONS = ["a man with\n a hat", null, "at in at", "in"];
const rows: Record<string, Row> = {};

interface Row {
  reason: string | null;
  says: string;
  by: Record<string, string>;
  cuts: { preference?: Record<string, { at: number; of: number }> } | null;
  preference: number;
  prompt: string;
  models: { slot: string; model: string; tier: string; version: string }[];
}

let db: OpenDatabase;
let folder: string;
let store: Store;
let pool: MeasurePool;
let without: MeasurePool;
let context: FilterContext & { signal: AbortSignal };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-preference-"));
  const models = join(folder, "models");
  await cp(modelsFolder, models, { recursive: true });
  const now = new Date("2026-11-26T00:00:00Z");
  const { image, text } = catalogue["hpsv2.0"].parts;
  const parts = { image: randomNetwork(image), text: randomNetwork(text), vocabulary: "#version: 0.2\ni n\na t\n" };
  for (const [part, bytes] of Object.entries(parts)) {
    const from = join(folder, part);
    await writeFile(from, bytes);
    await addWeights({ models, model: "hpsv2.0", part, from, now });
  }
  db = openDatabase(await createDatabase());
  store = await openStore(pathToFileURL(join(folder, "objects")).href);
  pool = openMeasurePool({ models, size: 1 });
  without = openMeasurePool({ models: modelsFolder, size: 1 });
  context = {
    db,
    candidates: candidateRepository(db),
    store,
    pool,
    index: poolIndex(),
    thresholds: async () => rule,
    cuts: cutReader(rule, await findRanked(models), 0),
    storedCuts: cutReader(rule, ["preference"], 0),
    protocolId: ProtocolId.parse(primeHuman.identity),
    log: logger("test", "silent"),
    signal: new AbortController().signal,
  } as FilterContext & { signal: AbortSignal };
  await db.query("INSERT INTO sources (id, connector, settings) VALUES ('drawn', 'folder', '{}')");
  await db.query(
    "INSERT INTO crawls (id, source_id, trigger, why, target) VALUES ('crawl', 'drawn', 'manual', 'test', 99)",
  );
}, 60_000);

afterAll(async () => {
  await Promise.all([pool.close(), without.close()]);
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

async function fetched(seed: number, caption: string | null): Promise<CandidateId> {
  const { jpeg } = await drawPerson(seed, { framing: "headshot" });
  const sha256 = createHash("sha256").update(jpeg).digest("hex");
  const key = contentKey("original", sha256, "jpg");
  await store.put(key, jpeg);
  const id = CandidateId.parse(`drawn-${seed}`);
  await db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, caption, sha256, object_key)
     VALUES ($1, 'drawn', 'crawl', $1, '', 'fetched', $2, $3, $4)`,
    [id, caption, sha256, key],
  );
  return id;
}

/** Filters one chunk and gives what is stored of it then. */
async function filter(candidateIds: CandidateId[]): Promise<Row[]> {
  const outcome = await filterCandidates({ candidateIds }, context as Parameters<typeof filterCandidates>[1]);
  if (outcome.outcome !== "done") throw new Error(`the chunk was ${outcome.outcome}`);
  await db.transaction(async (tx) => outcome.write?.(tx));
  const stored = await db.query<Row & { id: string }>(
    `SELECT c.id, c.reason, c.verdict->'says'->>'preference' AS says, c.verdict->'by' AS by, c.verdict->'cuts' AS cuts,
            (coalesce(a.measures, c.verdict)->>'preference')::float8 AS preference,
            coalesce(a.measures, c.verdict)->>'prompt' AS prompt, coalesce(a.models, c.verdict->'models') AS models
       FROM candidates c LEFT JOIN assets a ON a.candidate_id = c.id WHERE c.id = ANY($1::text[]) ORDER BY c.id`,
    [candidateIds],
  );
  for (const { id, ...row } of stored) rows[id] = row;
  return stored;
}

describe("preference by HPSv2", { timeout: 120_000 }, () => {
  it("is stored with its prompt and its model; too few of a source drop nothing", async () => {
    const found = await filter(await Promise.all(CAPTIONS.map((caption, i) => fetched(701 + i, caption))));
    expect(found.map(({ prompt }) => prompt)).toEqual(["a man with a hat", "a photo of a person", "at in at", "in"]);
    for (const { preference, says, reason, models, by } of found) {
      expect(Math.abs(preference)).toBeLessThanOrEqual(1);
      expect([says, reason, by.preference]).toEqual(["too-few", null, "hpsv2.0"]);
      expect(models.filter(({ slot }) => slot === "preference")).toEqual([
        expect.objectContaining({ model: "hpsv2.0", tier: "paper" }),
      ]);
    }
    expect(new Set(found.map(({ preference }) => preference)).size).toBe(4);
  });

  it("then drops what lies below the cut of the source's own stored scores, and says which cut that was", async () => {
    const before = Object.values(rows).map(({ preference }) => preference);
    const cut = cutOf(before, ranking);
    const found = await filter(
      await Promise.all([...CAPTIONS, ...CAPTIONS].map((caption, i) => fetched(711 + i, caption))),
    );
    for (const { preference, reason, says, cuts, models } of found) {
      const low = preference < (cut?.at ?? Number.NaN);
      expect(says).toBe(low ? "low-preference" : "passes");
      if (reason !== "several-persons") expect(reason).toBe(low ? "low-preference" : null);
      const version = models.find(({ slot }) => slot === "preference")?.version ?? "";
      expect(cuts).toEqual({ preference: { [version]: cut } });
    }
    expect(new Set(found.map(({ reason }) => reason))).toContain(null);
    expect(new Set(found.map(({ reason }) => reason))).toContain("low-preference");
  });

  it("is unavailable without a model: nothing is scored, nothing dropped", async () => {
    expect(await findRanked(modelsFolder)).toEqual([]);
    const { jpeg } = await drawPerson(705, { framing: "headshot" });
    const answer = await without.measure(async () => jpeg, rule);
    if (!("measurement" in answer)) throw new Error(answer.detail);
    const { measurement } = answer;
    expect(measurement.preference).toBeUndefined();
    expect(measurement.prompt).toBeUndefined();
    expect(measurement.models).toContainEqual(expect.objectContaining({ slot: "preference", tier: "none" }));
  });
});
