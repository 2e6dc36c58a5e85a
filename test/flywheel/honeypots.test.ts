import { openTestApi, type TestApi } from "@anyone/api/open-test-api.fixture";
import { humanAnswers } from "@anyone/db/human-answers";
import { trainingSet } from "@anyone/db/training-set";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { ReviewTask } from "@anyone/grpc/generated/anyone/v1/review";
import { type Loop, latestOf, startLoop } from "@anyone/review/loop.fixture";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { peopleApi } from "../../packages/contracts/src/people.ts";
import { commandEnvironment, runCommand } from "../support/command.ts";

const AGE = 3;

let loop: Loop;
let api: TestApi;
beforeEach(async () => {
  loop = await startLoop(
    { evaluationSize: 4, sampleSize: 4, minScored: 3, maxIterations: 3, bar: 0.99 },
    { assets: 30, skill: [0.1, 0.5] },
  );
  api = await openTestApi({ databaseUrl: loop.db.pool.options.connectionString as string });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterEach(async () => {
  await api?.close();
  await loop?.close();
});

const add = (count: number) => api.as("operator").call(peopleApi.addHoneypots, { body: { count } });

async function answer(reviewer: string, purpose: string, off = 0): Promise<ReviewTask[]> {
  const pages: ReviewTask[] = [];
  for (;;) {
    const { task } = await loop.client.call.leaseTask({ reviewer, purpose, leaseSeconds: 60 });
    if (!task) return pages;
    const answers = loop
      .answersOf(task)
      .map((one) => (one.category === AGE ? { ...one, value: (one.value + off) % 5 } : one));
    const idempotencyKey = `${reviewer} answers ${task.id}`;
    await loop.client.call.submitAnswers({ taskId: task.id, reviewer, fence: task.fence, idempotencyKey, answers });
    pages.push(task);
  }
}

/** Lets two people agree about the first sample: somebody's quarantine has others answer it, and then both stand. */
async function walkToSecondIteration(): Promise<void> {
  const operator = api.as("operator");
  await answer("ada", "sample");
  await operator.call(peopleApi.quarantine, { params: { name: "ada" }, body: { reason: "to be seen" } });
  await answer("bob", "sample");
  await operator.call(peopleApi.restore, { params: { name: "ada" }, body: { reason: "is good" } });
  await answer("ada", "evaluation");
  await answer("bob", "evaluation");
  await loop.settleTasks();
}

describe("a page that tests people", { timeout: 90_000 }, () => {
  it("is refused while nothing is known, with what is needed", async () => {
    await expect(add(3)).rejects.toMatchObject({
      status: 409,
      problem: { detail: expect.stringContaining("known well enough"), hint: expect.stringContaining("two people") },
    });
  });

  it("looks like a sample's, teaches and measures nothing, and tells who errs", async () => {
    await walkToSecondIteration();
    expect(await latestOf(loop)).toMatchObject({ number: 2, state: "labelling" });
    const known = await loop.db.query<{ id: string }>("SELECT asset_id AS id FROM samples WHERE iteration = 1");
    const { out } = await runCommand(
      commandEnvironment(api.url, api.keys.operator),
      ...["--json", "label", "honeypots", "add", "--count", "6"],
    );
    expect(JSON.parse(out)).toEqual({ iteration: 2, added: 6, assets: 4 });
    const tests = await loop.db.query<{ id: string; assetId: string }>(
      `SELECT id, asset_id AS "assetId" FROM review_tasks WHERE purpose = 'honeypot' ORDER BY id`,
    );
    expect(tests.every(({ assetId }) => known.some(({ id }) => id === assetId))).toBe(true);

    const before = await trainingSet(loop.db, primeHuman.identity, 70);
    const pages = await answer("eve", "", 1);
    expect(pages.filter(({ purpose }) => purpose === "honeypot").length).toBeGreaterThanOrEqual(4);
    const order = pages.map(({ purpose }) => purpose);
    expect(order.lastIndexOf("sample")).toBeGreaterThan(order.indexOf("honeypot"));
    const after = await trainingSet(loop.db, primeHuman.identity, 70);
    const tested = new Set(tests.map(({ assetId }) => assetId));
    expect(after.filter(({ assetId }) => tested.has(assetId))).toEqual(
      before.filter(({ assetId }) => tested.has(assetId)),
    );
    expect((await humanAnswers.ballots(loop.db, primeHuman.identity, [...tested])).size).toBe(0);

    const { items } = await api.as("operator").call(peopleApi.listAnnotators);
    const gold = items.find(({ name }) => name === "eve")?.gold;
    expect(gold?.n).toBeGreaterThan(40);
    expect(gold?.value).toBeLessThan(1);
    expect(gold?.value).toBeGreaterThan(0.8);
    // who made the answers known is not tested by them
    expect(items.find(({ name }) => name === "ada")?.gold).toBeNull();
  });
});
