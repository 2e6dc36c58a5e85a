import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestApi, type TestApi } from "@anyone/api/open-test-api.fixture";
import { importAnswers } from "@anyone/cli/transfer/import-answers";
import { readSavingsFacts } from "@anyone/db/savings";
import { trainingSet } from "@anyone/db/training-set";
import { GIVER, NOT_ASKED, unpack } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { type Loop, latestOf, startLoop, truthOf } from "@anyone/review/loop.fixture";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { peopleApi } from "../../packages/contracts/src/people.ts";

const POLICY = { evaluationSize: 6, sampleSize: 6, minScored: 3, maxIterations: 1, releaseWhenDone: false };
/** Asked of every picture. */
const [SHOT, AGE] = [1, 3];
const ELSEWHERE = "eve of another tool";

let loop: Loop;
let api: TestApi;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "anyone-imported-"));
  loop = await startLoop(POLICY, { assets: 24, skill: [0.1, 1] });
  api = await openTestApi({ databaseUrl: loop.db.pool.options.connectionString as string });
});
afterEach(async () => {
  await api?.close();
  await loop?.close();
  await rm(folder, { recursive: true, force: true });
});

let files = 0;
/** Imports what is true of assets, as another tool's annotator said it, and lets the platform settle it. */
async function takeIn(assetIds: readonly string[], categories: readonly number[], reviewer = ELSEWHERE) {
  const rows = assetIds.flatMap((asset) =>
    categories.flatMap((n) => {
      const category = primeHuman.categories[n - 1];
      const answer = category && unpack(category, truthOf(asset)[n - 1] ?? NOT_ASKED);
      return answer
        ? [JSON.stringify({ asset, category: category.id, ...named(answer), reviewer, milliseconds: 9_000 })]
        : [];
    }),
  );
  const path = join(folder, `${++files}.jsonl`);
  await writeFile(path, rows.join("\n"));
  const done = await importAnswers({ client: api.as("operator"), path, format: "jsonl" });
  expect(done).toMatchObject({ accepted: rows.length, rejected: 0 });
  expect(await loop.settleTasks()).toContain("review.settle-imported");
  return rows.length;
}
const named = ({ value, second }: { value: string; second?: string }) =>
  second ? { answer: value, second } : { answer: value };

async function openIteration(): Promise<void> {
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
}
const pages = (purpose: string) =>
  loop.db.query<{ id: string; assetId: string; categories: number[]; state: string }>(
    `SELECT id, asset_id AS "assetId", categories, state FROM review_tasks WHERE purpose = $1 ORDER BY id`,
    [purpose],
  );
const giversOf = async (assetId: string) =>
  (
    await loop.db.query<{ giver: number[]; value: number[] }>("SELECT giver, value FROM answers WHERE asset_id = $1", [
      assetId,
    ])
  )[0];
const everything = primeHuman.categories.map(({ n }) => n);

describe("answers of people that come out of a file", { timeout: 60_000 }, () => {
  it("stand over the labeller's at once, and nobody is asked them when pages are drawn", async () => {
    await takeIn(loop.assetIds, [SHOT, AGE]);
    const [some] = loop.assetIds as [string];
    expect((await giversOf(some))?.giver[AGE - 1]).toBe(GIVER.person);
    expect((await giversOf(some))?.value[AGE - 1]).toBe(truthOf(some)[AGE - 1]);
    await openIteration();
    const samples = await pages("sample");
    expect(samples).toHaveLength(6);
    for (const { categories } of samples) expect(categories).toEqual(everything.filter((n) => n !== SHOT && n !== AGE));
    // what is measured with is asked whole, and answered by the labeller alone
    const evaluation = await pages("evaluation");
    for (const { assetId, categories } of evaluation) {
      expect(categories).toEqual(everything);
      expect((await giversOf(assetId))?.giver).not.toContain(GIVER.person);
      expect((await giversOf(assetId))?.giver[AGE - 1]).toBe(GIVER.model);
    }
  });

  it("take their questions off the pages that wait, and end a page of which nothing is left", async () => {
    await openIteration();
    const [one, other, ...rest] = await pages("sample");
    if (!one || !other) throw new Error("no samples were drawn");
    await takeIn([one.assetId], [AGE]);
    await takeIn([other.assetId], everything);
    const after = await pages("sample");
    expect(after.find(({ id }) => id === one.id)?.categories).toEqual(everything.filter((n) => n !== AGE));
    expect(after.find(({ id }) => id === other.id)?.state).toBe("done");
    expect(after.filter(({ id }) => rest.some((page) => page.id === id))).toEqual(rest);
    const asked = await loop.client.call.leaseSlots({
      reviewer: "ada",
      category: AGE,
      limit: 64,
      purpose: "sample",
      leaseSeconds: 60,
    });
    expect(asked.slots.map(({ taskId }) => taskId).sort()).toEqual(rest.map(({ id }) => id));
    await loop.client.call.releaseSlots({ reviewer: "ada", slots: asked.slots });
    await loop.answerAll("ada");
    expect((await pages("sample")).every(({ state }) => state === "done")).toBe(true);
  });

  it("leave who has a page before her alone: she may finish it", async () => {
    await openIteration();
    const { task } = await loop.client.call.leaseTask({ reviewer: "ada", purpose: "sample", leaseSeconds: 60 });
    if (!task) throw new Error("no page was leased");
    await takeIn([task.assetId], [AGE]);
    const { recorded } = await loop.client.call.submitAnswers({
      ...{ taskId: task.id, reviewer: "ada", fence: task.fence, idempotencyKey: "a key of ada" },
      answers: loop.answersOf(task),
    });
    expect(recorded).toBeGreaterThan(10);
  });

  it("teach the labeller, all but those about the evaluation set", async () => {
    await takeIn(loop.assetIds, [AGE]);
    await openIteration();
    const measured = new Set((await pages("evaluation")).map(({ assetId }) => assetId));
    const taught = await trainingSet(loop.db, primeHuman.identity, everything.length);
    expect(taught.map(({ assetId }) => assetId).sort()).toEqual(loop.assetIds.filter((id) => !measured.has(id)).sort());
    for (const { assetId, answers } of taught) expect(answers[AGE - 1]).toBe(truthOf(assetId)[AGE - 1]);
  });

  it("make an iteration learn in which all that was drawn is answered by files", async () => {
    await takeIn(loop.assetIds, everything);
    await openIteration();
    expect(await pages("sample")).toEqual([]);
    await loop.answerAll("ada");
    await loop.answerAll("bob");
    expect(await loop.settleTasks()).toContain("train.fine-tune-labeller");
    expect((await latestOf(loop)).labellerAfter).toBe("embedded-1");
  });

  it("count no more once their annotator is in quarantine", async () => {
    await openIteration();
    const [page] = await pages("sample");
    const assetId = page?.assetId as string;
    await takeIn([assetId], [AGE]);
    await api.as("operator").call(peopleApi.quarantine, { params: { name: ELSEWHERE }, body: { reason: "guesses" } });
    expect((await giversOf(assetId))?.giver[AGE - 1]).not.toBe(GIVER.person);
    expect(await trainingSet(loop.db, primeHuman.identity, everything.length)).toEqual([]);
  });

  it("are told beside what was spent, never in it", async () => {
    await openIteration();
    await loop.answerAll("ada");
    const before = await readSavingsFacts(loop.db, primeHuman.identity);
    const imported = await takeIn(loop.assetIds, [SHOT, AGE]);
    const { spent, pages, lost, imported: told } = await readSavingsFacts(loop.db, primeHuman.identity);
    expect({ spent, pages, lost, told }).toEqual({ spent: before.spent, pages: before.pages, lost: 0, told: imported });
    expect((await api.as("operator").call(peopleApi.savings)).spent.imported).toBe(imported);
  });
});
