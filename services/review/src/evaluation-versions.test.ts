import { evaluationSets } from "@anyone/db/evaluation-sets";
import { iterations } from "@anyone/db/iterations";
import { trainingSet } from "@anyone/db/training-set";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Loop, latestOf, startLoop } from "./loop.fixture.ts";

const POLICY = { rule: "point" as const, evaluationSize: 12, sampleSize: 6, minScored: 3, maxIterations: 1 };

let loop: Loop;
beforeEach(async () => {
  loop = await startLoop(POLICY, { assets: 70, skill: [0.1, 0.8] });
  // the pool is small at first: the last 40 come later
  await loop.db.query("UPDATE assets SET left_at = now(), left_because = 'opted-out' WHERE id = ANY ($1)", [later()]);
  await turn();
}, 120_000);
afterEach(() => loop?.close());

const later = () => loop.assetIds.slice(30);
const arrive = () => loop.db.query("UPDATE assets SET left_at = NULL, left_because = NULL");
const versions = () => evaluationSets.versions(loop.db, primeHuman.identity);
const itemsOf = async (id = "") => (await evaluationSets.items(loop.db, id)).map(({ assetId }) => assetId);

/** One iteration to its end. */
async function turn(): Promise<void> {
  await loop.client.call.openIteration({ trigger: "manual" });
  for (let round = 0; round < 3; round++) {
    await loop.settleTasks();
    await loop.answerAll();
  }
}

describe("the evaluation set of a pool that has changed", { timeout: 120_000 }, () => {
  it("follows it when an iteration starts, asks about what was added, and leaves the version before as it was", async () => {
    const [first] = await versions();
    const before = await itemsOf(first?.id);
    await arrive();
    await turn();
    const [second, same] = await versions();
    expect(same).toEqual(first);
    expect(second).toMatchObject({ version: 2, departed: 0, inclusion: first?.inclusion, seed: first?.seed });
    const items = await itemsOf(second?.id);
    expect(items).toEqual(expect.arrayContaining(before));
    expect(items.length).toBe(before.length + (second?.added ?? 0));
    expect(second?.added).toBeGreaterThan(5);
    expect(second?.sha256).not.toBe(first?.sha256);

    expect((await iterations.get(loop.db, 1))?.evaluationSetId).toBe(first?.id);
    expect(await latestOf(loop)).toMatchObject({ number: 2, evaluationSetId: second?.id, state: "closed" });
    // people are asked about each image of the set once, in the iteration that drew it
    const asked = await loop.db.query<{ id: string; iteration: number }>(
      "SELECT asset_id AS id, iteration FROM review_tasks WHERE purpose = 'evaluation'",
    );
    expect(asked.map(({ id }) => id).sort()).toEqual(items);
    expect(asked.filter(({ iteration }) => iteration === 2)).toHaveLength(second?.added ?? 0);
    expect(await loop.db.query("SELECT FROM samples JOIN evaluation_items USING (asset_id)")).toEqual([]);
    const decided = await loop.db.query<{ set: string; n: number }>(
      "SELECT evaluation_set_id AS set, n FROM gate_decisions WHERE category = 1 ORDER BY iteration",
    );
    expect(decided).toEqual([
      { set: first?.id, n: before.length },
      { set: second?.id, n: items.length },
    ]);
  });

  it("leaves out what left, and tells beforehand without writing anything", async () => {
    const [first] = await versions();
    const [gone] = await itemsOf(first?.id);
    const plan = { version: 2, size: 11, added: 0, departed: 1, changed: true };
    await loop.db.query("UPDATE assets SET withdrawn_at = now(), withdrawn_reason = 'small-face' WHERE id = $1", [
      gone,
    ]);
    expect(await loop.client.call.topUpEvaluationSet({ dryRun: true })).toMatchObject(plan);
    expect(await versions()).toHaveLength(1);
    expect(await loop.client.call.topUpEvaluationSet({})).toMatchObject(plan);
    expect(await loop.client.call.topUpEvaluationSet({})).toMatchObject({ version: 2, changed: false });
    expect(await itemsOf((await versions())[0]?.id)).not.toContain(gone);
    expect(await itemsOf(first?.id)).toContain(gone);
  });

  it("draws nobody who is in a sample, and samples nobody who is in it", async () => {
    const [first] = await versions();
    const [measured] = await itemsOf(first?.id);
    const [sampled] = await loop.db.query<{ id: string }>("SELECT asset_id AS id FROM samples");
    const [half, rest] = [later().slice(0, 20), later().slice(20)];
    const show = (person: string, ids: readonly (string | undefined)[]) =>
      loop.db.query("UPDATE assets SET person_key = $1 WHERE id = ANY ($2)", [person, ids]);
    await show("ann", [measured, ...half]);
    await show("bea", [sampled?.id, ...rest]);
    await arrive();
    await turn();
    const drawn = await loop.db.query<{ id: string }>("SELECT asset_id AS id FROM samples WHERE iteration = 2");
    expect(drawn.some(({ id }) => half.includes(id))).toBe(false);
    const items = await itemsOf((await versions())[0]?.id);
    expect(items.some((id) => rest.includes(id))).toBe(false);
  });

  it("takes out of training what turns out to be akin to it later, and says so", async () => {
    const [first] = await versions();
    const [measured] = await itemsOf(first?.id);
    const learned = async () => (await trainingSet(loop.db, primeHuman.identity, 70)).map(({ assetId }) => assetId);
    const before = await learned();
    const [twin, friend] = before as [string, string];
    await loop.db.query("UPDATE assets SET group_id = (SELECT group_id FROM assets WHERE id = $1) WHERE id = $2", [
      measured,
      twin,
    ]);
    await loop.db.query("UPDATE assets SET person_key = 'ann' WHERE id = ANY ($1)", [[measured, friend]]);
    expect(await learned()).toEqual(before.filter((id) => id !== twin && id !== friend));
    expect(await evaluationSets.keptFromTraining(loop.db)).toBe(2);
    await arrive();
    await turn();
    const [event] = await loop.db.query<{ text: string; data: unknown }>(
      "SELECT text, data FROM events WHERE kind = 'tasks-drawn' ORDER BY at DESC LIMIT 1",
    );
    expect(event?.data).toMatchObject({ iteration: 2, keptFromTraining: 2 });
    expect(event?.text).toContain("nothing is learned from 2 sampled images");
  });
});
