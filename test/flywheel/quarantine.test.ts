import { openTestApi, type TestApi } from "@anyone/api/open-test-api.fixture";
import { humanAnswers } from "@anyone/db/human-answers";
import { trainingSet } from "@anyone/db/training-set";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { IterationReport } from "@anyone/domain/review/report";
import { type Loop, latestOf, startLoop, truthOf } from "@anyone/review/loop.fixture";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { peopleApi } from "../../packages/contracts/src/people.ts";
import { reviewApi } from "../../packages/contracts/src/review.ts";
import { systemApi } from "../../packages/contracts/src/system.ts";
import { commandEnvironment, runCommand } from "../support/command.ts";

const AGE = 3;
const EVE = "test annotator";
const POLICY = { evaluationSize: 8, sampleSize: 5, minScored: 3, maxIterations: 1, releaseWhenDone: false };

let loop: Loop;
let api: TestApi;
beforeEach(async () => {
  loop = await startLoop(POLICY, { assets: 24, skill: [0.1, 1] });
  api = await openTestApi({ databaseUrl: loop.db.pool.options.connectionString as string });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterEach(async () => {
  await api?.close();
  await loop?.close();
});

/** Answers every page that this reviewer is given, at 2 s an answer, truthfully but for the age, which is `off` options off. */
async function answer(reviewer: string, purpose: string, off = 0): Promise<string[]> {
  const assets: string[] = [];
  for (;;) {
    const { task } = await loop.client.call.leaseTask({ reviewer, purpose, leaseSeconds: 60 });
    if (!task) return assets;
    const answers = loop.answersOf(task).map(({ category, value }) => ({
      category,
      value: category === AGE ? (value + off) % 5 : value,
      milliseconds: 2_000,
    }));
    const idempotencyKey = `${reviewer} answers ${task.id}`;
    await loop.client.call.submitAnswers({ taskId: task.id, reviewer, fence: task.fence, idempotencyKey, answers });
    assets.push(task.assetId);
  }
}

const operator = () => api.as("operator");
const quarantine = (name = EVE) =>
  operator().call(peopleApi.quarantine, { params: { name }, body: { reason: "guesses ages" } });
const ageOf = async (assetId: string) =>
  (
    await loop.db.query<{ value: number; giver: number; confidence: number }>(
      "SELECT value[$2] AS value, giver[$2] AS giver, confidence[$2] AS confidence FROM answers WHERE asset_id = $1",
      [assetId, AGE],
    )
  )[0];

describe("an annotator in quarantine", { timeout: 90_000 }, () => {
  it("loses the votes, others are asked about the same, and what is measured is what they say", async () => {
    await answer(EVE, "evaluation", 1);
    await answer("ada", "evaluation");
    const changed = await quarantine();
    expect(changed).toMatchObject({ state: "quarantined", pages: 8 });

    const set = await loop.db.query<{ id: string }>("SELECT asset_id AS id FROM evaluation_items");
    const ballots = await humanAnswers.ballots(
      loop.db,
      primeHuman.identity,
      set.map(({ id }) => id),
    );
    expect([...ballots.values()].map(({ pages, votes }) => [pages, votes.length])).toEqual(Array(8).fill([2, 1]));
    expect(await answer("ada", "evaluation")).toEqual([]);
    expect(await answer("bob", "evaluation")).toHaveLength(8);
    await answer("bob", "sample");
    await loop.settleTasks();
    const { state, scores } = await latestOf(loop);
    expect(state).toBe("closed");
    expect((scores as IterationReport).agreement).toMatchObject({ contested: 0 });
    expect((scores as IterationReport).after.all.accuracy).toBe(1);
  });

  it("teaches nothing: what was settled by that answer is the labeller's again, and then somebody else's", async () => {
    const [assetId] = (await answer(EVE, "sample", 1)) as [string, ...string[]];
    const truth = truthOf(assetId)[AGE - 1] as number;
    expect(await ageOf(assetId)).toEqual({ value: (truth + 1) % 5, giver: 2, confidence: 1000 });
    expect(await trainingSet(loop.db, primeHuman.identity, 70)).toHaveLength(5);

    expect(await quarantine()).toMatchObject({ pages: 5 });
    expect(await ageOf(assetId)).toMatchObject({ giver: 1, confidence: 0 });
    expect(await trainingSet(loop.db, primeHuman.identity, 70)).toEqual([]);
    const planned = await loop.db.query<{ ids: string[] }>(
      "SELECT payload -> 'assetIds' AS ids FROM tasks WHERE name = 'annotate.assets' AND state = 'ready'",
    );
    expect(planned.flatMap(({ ids }) => ids)).toContain(assetId);

    expect(await answer("bob", "sample")).toContain(assetId);
    expect(await ageOf(assetId)).toEqual({ value: truth, giver: 2, confidence: 1000 });
  });

  it("is handed no page, and what was held goes to others", async () => {
    await answer(EVE, "sample", 1);
    const held = await loop.client.call.leaseTask({ reviewer: EVE, purpose: "evaluation", leaseSeconds: 600 });
    await quarantine();
    await expect(api.as("annotator").call(reviewApi.lease, { body: {} })).rejects.toMatchObject({ status: 403 });
    expect(await loop.db.query("SELECT state, reviewer FROM review_tasks WHERE id = $1", [held.task?.id])).toEqual([
      { state: "open", reviewer: null },
    ]);
  });

  it("has every answer back once restored, and pages nobody took are taken back", async () => {
    const assets = await answer(EVE, "sample", 1);
    const before = await Promise.all(assets.map(ageOf));
    await quarantine();
    const restored = await operator().call(peopleApi.restore, { params: { name: EVE }, body: { reason: "was right" } });
    expect(restored).toMatchObject({ state: "at-work", pages: 5 });
    expect(await Promise.all(assets.map(ageOf))).toEqual(before);
    expect(await answer("bob", "sample")).toEqual([]);
    const { history } = await operator().call(peopleApi.getAnnotator, { params: { name: EVE } });
    expect(history.map(({ state, reason, by }) => [state, reason, by])).toEqual([
      ["restored", "was right", "test operator"],
      ["quarantined", "guesses ages", "test operator"],
    ]);
    await expect(loop.db.query("UPDATE annotator_states SET reason = 'none'")).rejects.toThrow(/only ever added/);
    const { items } = await operator().call(systemApi.recentEvents, { query: {} });
    expect(items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["annotator-quarantined", "annotator-restored"]),
    );
  });

  it("cannot be put there twice, nor let out twice, nor be anybody who never answered", async () => {
    await answer(EVE, "sample");
    await quarantine();
    await expect(quarantine()).rejects.toMatchObject({ status: 409 });
    await expect(quarantine("nobody")).rejects.toMatchObject({ status: 404, problem: { hint: expect.any(String) } });
    const restore = () => operator().call(peopleApi.restore, { params: { name: EVE }, body: { reason: "so" } });
    await restore();
    await expect(restore()).rejects.toMatchObject({ status: 409 });
    // and back again: pages of the first time do not stand in the way
    expect(await quarantine()).toMatchObject({ pages: 5 });
  });
});

describe("the quality and the cost of people's work", { timeout: 90_000 }, () => {
  it("is counted, judged and printed", async () => {
    await answer(EVE, "evaluation", 1);
    await answer("ada", "evaluation");
    await answer("bob", "");
    await loop.settleTasks();
    await answer("bob", "");
    await loop.settleTasks();
    const [counted] = await loop.db.query<{ n: number }>("SELECT count(*)::int AS n FROM human_answers");

    const savings = await operator().call(peopleApi.savings);
    expect(savings).toMatchObject({ pool: 24, overlap: 2, spent: { answers: counted?.n, lost: 0 } });
    expect(savings.secondsPerAnswer).toMatchObject({ value: 2, low: 2, high: 2 });
    const applicable = savings.applicablePerAsset?.value as number;
    expect(savings.baseline?.value).toBeCloseTo(24 * applicable * 2, 6);
    expect(savings.hours?.spent.value).toBeCloseTo(((counted?.n ?? 0) * 2) / 3600, 9);
    expect(savings.accuracy).toMatchObject({ value: 1, high: 1 });

    const { items } = await operator().call(peopleApi.listAnnotators);
    const of = (name: string) => items.find((one) => one.name === name);
    expect(of("ada")?.agreement?.n).toBe(of(EVE)?.agreement?.n);
    const eve = await operator().call(peopleApi.getAnnotator, { params: { name: EVE } });
    expect(eve.questions[0]).toMatchObject({ category: AGE, agreement: { value: 0 } });
    expect(eve.days.reduce((sum, { answers }) => sum + answers, 0)).toBe(eve.answers);
    expect(eve.speed).toMatchObject({ median: 2_000, rushed: { value: 0 } });
    const reliability = await operator().call(peopleApi.reliability);
    expect(reliability.alpha?.value).toBeGreaterThan(0.9);
    expect(reliability.questions.find(({ category }) => category === AGE)?.alpha?.value).toBeLessThan(0.5);

    const anyone = async (...args: string[]) =>
      (await runCommand(commandEnvironment(api.url, api.keys.operator), ...args)).out;
    const printed = await anyone("label", "stats");
    expect(printed).toContain(`people answered         ${counted?.n.toLocaleString("en-US")}`);
    expect(printed).toMatch(/1 % is reached +at a pool of [\d,]+ \(/);
    expect(JSON.parse(await anyone("--json", "label", "stats"))).toEqual(savings);
    expect(await anyone("label", "annotators")).toContain(EVE);
  });
});
