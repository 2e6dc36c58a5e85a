import { apiKeys } from "@anyone/db/api-keys";
import type { IterationReport } from "@anyone/domain/review/report";
import type { ReviewTask } from "@anyone/grpc/generated/anyone/v1/review";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Loop, latestOf, startLoop } from "./loop.fixture.ts";

const AGE = 3;
const POLICY = { evaluationSize: 6, sampleSize: 4, minScored: 3, maxIterations: 1 };

let loop: Loop;
beforeEach(async () => {
  loop = await startLoop(POLICY, { assets: 20, skill: [0.1, 1] });
  for (const name of ["ada", "bob", "eve"]) await apiKeys(loop.db).create(name, "annotator");
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterEach(() => loop.close());

const lease = async (reviewer: string, purpose: string): Promise<ReviewTask | undefined> =>
  (await loop.client.call.leaseTask({ reviewer, purpose, leaseSeconds: 60 })).task;

/** Answers every page this reviewer is given, truthfully but for the age, which is `age` years of error off. */
async function answer(reviewer: string, purpose: string, age = 0): Promise<ReviewTask[]> {
  const pages: ReviewTask[] = [];
  for (let task = await lease(reviewer, purpose); task; task = await lease(reviewer, purpose)) {
    const answers = loop
      .answersOf(task)
      .map((one) => (one.category === AGE ? { ...one, value: (one.value + age) % 5 } : one));
    const idempotencyKey = `key-${task.id}`;
    await loop.client.call.submitAnswers({ taskId: task.id, reviewer, fence: task.fence, idempotencyKey, answers });
    pages.push(task);
  }
  return pages;
}

describe("an evaluation image", { timeout: 60_000 }, () => {
  it("is answered by two people, and by nobody twice", async () => {
    const byAda = await answer("ada", "evaluation");
    expect(new Set(byAda.map(({ assetId }) => assetId)).size).toBe(6);
    expect(byAda).toHaveLength(6);
    const byBob = await answer("bob", "evaluation");
    expect(byBob.map(({ assetId }) => assetId).sort()).toEqual(byAda.map(({ assetId }) => assetId).sort());
    expect(await lease("eve", "evaluation")).toBeUndefined();
  });

  it("goes to a third where two differ, blind and with what they agree on as given, and is measured by the majority", async () => {
    await answer("ada", "evaluation");
    await answer("bob", "evaluation", 1);
    await answer("ada", "sample");
    await loop.settleTasks();
    expect(await latestOf(loop)).toMatchObject({ state: "adjudicating" });
    expect(await loop.client.call.getIteration({ number: 1 })).toMatchObject({ waitsFor: "people", openTasks: 6 });
    expect(await lease("ada", "")).toBeUndefined();

    const ties = await answer("eve", "");
    expect(
      ties.map(({ purpose, categories, blind, suggestions }) => ({ purpose, categories, blind, suggestions })),
    ).toEqual(
      Array.from({ length: 6 }, () => ({ purpose: "tie-break", categories: [AGE], blind: true, suggestions: [] })),
    );
    expect(ties.every(({ known }) => known.length > 5 && known.every(({ category }) => category !== AGE))).toBe(true);

    await loop.settleTasks();
    const { state, scores } = await latestOf(loop);
    const { after, agreement } = scores as IterationReport;
    expect(state).toBe("closed");
    expect(after.all.accuracy).toBe(1);
    expect(agreement).toMatchObject({ contested: 0 });
    expect(agreement.n - agreement.agreed).toBe(6);
  });

  it("is not measured on what all three see differently", async () => {
    await answer("ada", "evaluation");
    await answer("bob", "evaluation", 1);
    await answer("bob", "sample");
    await loop.settleTasks();
    await answer("eve", "", 2);
    await loop.settleTasks();
    const report = (await latestOf(loop)).scores as IterationReport;
    expect(report.agreement.contested).toBe(6);
    expect(await loop.db.query("SELECT n FROM gate_decisions WHERE category = $1", [AGE])).toEqual([{ n: 0 }]);
  });

  it("goes on at once where everybody agrees", async () => {
    for (const name of ["ada", "bob"]) await answer(name, "evaluation");
    await answer("eve", "");
    await loop.settleTasks();
    expect((await latestOf(loop)).state).toBe("closed");
    expect(await loop.db.query("SELECT 1 FROM review_tasks WHERE purpose = 'tie-break'")).toEqual([]);
  });
});
