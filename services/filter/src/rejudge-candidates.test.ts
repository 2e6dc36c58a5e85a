import { readAsset } from "@anyone/db/browse/filter";
import { readLineage } from "@anyone/db/lineage";
import { latestRejudge, startRejudge } from "@anyone/db/rejudges";
import { taskStore } from "@anyone/db/tasks";
import { setThresholds } from "@anyone/db/thresholds";
import { gates } from "@anyone/domain/filter/gate";
import { next } from "@anyone/queues/job";
import { planRejudge } from "@anyone/queues/jobs/filter";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { far, openFilter, photograph, type TestFilter } from "./open-filter.fixture.ts";

let open: TestFilter;
const before = {
  clean: "kept",
  far: "small-face",
  header: "too-small",
  other: "kept",
  recompressed: "near-duplicate",
};

/** What was measured on the clean one. */
let found: unknown;

beforeAll(async () => {
  open = await openFilter();
  const clean = await photograph("kal-visuals.jpg");
  const recompressed = await sharp(clean).jpeg({ quality: 70 }).toBuffer();
  await open.filter([await open.fetched("clean", clean), await open.fetched("other", await photograph("brooke.jpg"))]);
  await open.filter([await open.fetched("recompressed", recompressed), await open.fetched("far", await far(clean))]);
  await open.db.query(
    `INSERT INTO candidates (id, source_id, crawl_id, external_id, url, status, reason, verdict)
     VALUES ('header', 'photos', 'crawl', 'header', 'https://example.org/header.jpg', 'dropped', 'too-small',
             '{"gates": "5", "width": 500, "height": 900, "seen": "header"}')`,
  );
}, 120_000);
afterAll(() => open?.close());

const set = (change: Record<string, number | null>) => setThresholds(open.db, { change, note: undefined, by: "test" });

/** Begins it as the API does, and waits for its tasks and those that they wrote. */
async function rejudgeAll() {
  await open.db.transaction(async (tx) => {
    const { id: rejudge } = await startRejudge(tx, "test");
    await taskStore(open.db).add(tx, [next(planRejudge, { rejudge })]);
  });
  await open.settled();
  return latestRejudge(open.db);
}

const inPool = async () => {
  const rows = await open.db.query<{ id: string }>("SELECT candidate_id AS id FROM pool ORDER BY 1");
  return rows.map(({ id }) => id);
};
const everything = () =>
  Promise.all([
    open.db.query("SELECT * FROM candidates ORDER BY id"),
    open.db.query("SELECT * FROM assets ORDER BY id"),
  ]);
const assetOf = async (candidateId: string) =>
  (await open.db.query<{ id: string }>("SELECT id FROM assets WHERE candidate_id = $1", [candidateId]))[0]?.id ?? "";

describe("judging again", { timeout: 120_000 }, () => {
  it("changes nothing under the thresholds that decided", async () => {
    expect(await open.verdicts()).toEqual(before);
    const found = await everything();
    const done = await rejudgeAll();
    expect(done).toMatchObject({ judged: 5, newlyKept: 0, newlyDropped: 0, toMeasure: 0, toFetch: 0, tasksDone: 3 });
    expect(done?.finishedAt).not.toBeNull();
    const without = (rows: Record<string, unknown>[]) => rows.filter(({ id }) => id !== "header");
    expect((await everything()).map(without)).toEqual(found.map(without));
  });

  it("sends what a laxer threshold lets in through the filter, from its stored bytes, and then to annotate", async () => {
    const { gates: made } = await set({ faceSide: 100 });
    expect(await rejudgeAll()).toMatchObject({ newlyKept: 1, newlyDropped: 0 });
    expect(await open.verdicts()).toEqual({ ...before, far: "kept" });
    expect(await inPool()).toEqual(["clean", "far", "other"]);
    const [{ version } = { version: "" }] = await open.db.query<{ version: string }>(
      "SELECT verdict ->> 'gates' AS version FROM candidates WHERE id = 'far'",
    );
    expect(version).toBe(made.version);
    expect(version).toBe(`${gates.version}+1`);
    const tasks = await open.db.query<{ payload: { assetIds: string[] } }>(
      "SELECT payload FROM tasks WHERE name = 'annotate.assets'",
    );
    expect(tasks.flatMap(({ payload }) => payload.assetIds)).toContain(await assetOf("far"));
  });

  it("has what its header alone had dropped fetched again", async () => {
    await set({ shortSide: 400, longSide: 800 });
    expect(await rejudgeAll()).toMatchObject({ toFetch: 1, newlyKept: 0 });
    const rows = await open.db.query("SELECT status, reason FROM candidates WHERE id = 'header'");
    expect(rows).toEqual([{ status: "listed", reason: null }]);
    const tasks = await open.db.query<{ payload: unknown }>("SELECT payload FROM tasks WHERE name = 'source.fetch'");
    expect(tasks).toEqual([{ payload: expect.objectContaining({ candidateIds: ["header"] }) }]);
    await open.db.query("DELETE FROM candidates WHERE id = 'header'");
  });

  it("lets in a near duplicate once what it is like is withdrawn, into that one's group", async () => {
    found = (await open.db.query<{ measures: unknown }>("SELECT measures FROM assets WHERE candidate_id = 'clean'"))[0]
      ?.measures;
    // As if a smaller face had been found on the clean one.
    await open.db.query(
      'UPDATE assets SET measures = measures || \'{"faces": [{"score": 0.9, "box": [0, 0, 90, 90]}]}\' WHERE candidate_id = \'clean\'',
    );
    expect(await rejudgeAll()).toMatchObject({ newlyDropped: 1, newlyKept: 1 });
    expect(await inPool()).toEqual(["far", "other", "recompressed"]);
    const [{ groups } = { groups: 0 }] = await open.db.query<{ groups: number }>(
      "SELECT count(DISTINCT group_id)::int AS groups FROM assets WHERE candidate_id IN ('clean', 'recompressed')",
    );
    expect(groups).toBe(1);
  });

  it("withdraws what a stricter threshold drops, and keeps it in its lineage and its open pages from people", async () => {
    await open.blind();
    const asset = await assetOf("other");
    await open.db.query(
      `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
       VALUES ('page', 1, $1, 'sample', '{1}', false), ('vote', 1, $1, 'evaluation', '{1}', true)`,
      [asset],
    );
    await set({ faceSide: 800 });
    expect(await rejudgeAll()).toMatchObject({ newlyDropped: 3, newlyKept: 0 });
    expect(await inPool()).toEqual([]);
    expect(await readAsset(open.db, asset)).toMatchObject({ withdrawnReason: "small-face" });
    expect((await readLineage(open.db, asset))?.candidate.id).toBe("other");
    const pages = await open.db.query("SELECT id, state FROM review_tasks ORDER BY id");
    expect(pages).toEqual([
      { id: "page", state: "skipped" },
      { id: "vote", state: "open" },
    ]);
  });

  it("brings back all of it once the threshold is back, reads no picture for it, and annotates what has no answers", async () => {
    const { length: asked } = await open.db.query("SELECT FROM tasks WHERE name = 'annotate.assets'");
    await set({ faceSide: 100 });
    expect(await rejudgeAll()).toMatchObject({ newlyKept: 3, newlyDropped: 0, toMeasure: 0, toFetch: 0 });
    expect(await inPool()).toEqual(["far", "other", "recompressed"]);
    expect((await open.db.query("SELECT FROM tasks WHERE name = 'annotate.assets'")).length).toBe(asked + 1);
  });

  it("does not bring back what is too like an asset that took its place, and does nothing the second time", async () => {
    // Its face is as large again as it was found: by now the recompressed one stands for it.
    await open.db.query("UPDATE assets SET measures = $1 WHERE candidate_id = 'clean'", [JSON.stringify(found)]);
    expect(await rejudgeAll()).toMatchObject({ newlyKept: 0 });
    expect(await open.verdicts()).toMatchObject({ clean: "near-duplicate", recompressed: "kept" });
    expect(await inPool()).toEqual(["far", "other", "recompressed"]);

    const settled = await everything();
    expect(await rejudgeAll()).toMatchObject({ newlyKept: 0, newlyDropped: 0, toMeasure: 0, toFetch: 0 });
    expect(await everything()).toEqual(settled);
  });
});
