import { openTestApi, SERVICE_TOKEN, type TestApi } from "@anyone/api/open-test-api.fixture";
import { exportAnswers } from "@anyone/db/answer-export";
import { humanAnswers } from "@anyone/db/human-answers";
import { withdrawAssets } from "@anyone/db/withdraw-assets";
import { primeHuman, primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { type RunningServer, serve } from "@anyone/grpc/server";
import { type Loop, startLoop, truthOf } from "@anyone/review/loop.fixture";
import { reviewService } from "@anyone/review/service";
import { slotPages } from "@anyone/review/slot-pages";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { peopleApi } from "../../packages/contracts/src/people.ts";
import { slotsApi } from "../../packages/contracts/src/review-slots.ts";

const POLICY = { evaluationSize: 4, sampleSize: 3, minScored: 3, maxIterations: 1, releaseWhenDone: false };

let loop: Loop;
let api: TestApi;
let service: RunningServer;
beforeEach(async () => {
  loop = await startLoop(POLICY, { assets: 24, skill: [0.1, 1] });
  service = await serve(
    "127.0.0.1:0",
    SERVICE_TOKEN,
    ReviewServiceDefinition,
    reviewService(loop.context),
    console.error,
  );
  api = await openTestApi({
    databaseUrl: loop.db.pool.options.connectionString as string,
    reviewAddress: service.address,
  });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterEach(async () => {
  await api?.close();
  await service?.close();
  await loop?.close();
});

let keys = 0;
/** Answers one question of every page of a sample that is open for it, truthfully. Returns the pages. */
async function answerQuestion(reviewer: string, category: number): Promise<string[]> {
  const { slots } = await loop.client.call.leaseSlots({
    reviewer,
    category,
    limit: 64,
    purpose: "sample",
    leaseSeconds: 60,
  });
  if (slots.length === 0) return [];
  const answers = slots.map(({ taskId, fence, assetId }) => ({
    ...{ taskId, fence, category },
    value: truthOf(assetId)[category - 1] as number,
  }));
  const { results } = await loop.client.call.answerSlots({ reviewer, idempotencyKey: `submission ${++keys}`, answers });
  expect(results.map(({ state }) => state)).toEqual(slots.map(() => "recorded"));
  return slots.map(({ taskId }) => taskId);
}
const change = (to: "quarantine" | "restore", name: string) =>
  api.as("operator").call(peopleApi[to], { params: { name }, body: { reason: "to be seen" } });
/** The questions that are asked anew in the place of each page, by page. */
async function askedAgain(): Promise<Record<string, number[][]>> {
  const rows = await loop.db.query<{ page: string; categories: number[] }>(
    "SELECT replaces AS page, categories FROM review_tasks WHERE replaces IS NOT NULL AND state <> 'skipped' ORDER BY id",
  );
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ page }) => page)].map(([page, some]) => [page, some.map(({ categories }) => categories)]),
  );
}
const standing = async (pages: readonly string[]) =>
  [...(await humanAnswers.standingOn(loop.db, primeHuman.identity, pages)).values()]
    .flat()
    .map(({ category }) => category)
    .sort((a, b) => a - b);

describe("pages that several people answered question by question", { timeout: 90_000 }, () => {
  it("lose exactly the questions of each who goes into quarantine, and a restored one takes back only hers", async () => {
    const pages = await answerQuestion("eve", 1);
    expect(pages).toHaveLength(3);
    expect(new Set(await answerQuestion("mallory", 2))).toEqual(new Set(pages));
    expect(new Set(await answerQuestion("ada", 3))).toEqual(new Set(pages));

    expect(await change("quarantine", "eve")).toMatchObject({ pages: 3 });
    expect(Object.values(await askedAgain())).toEqual(Array(3).fill([[1]]));
    expect(await standing(pages)).toEqual([2, 2, 2, 3, 3, 3]);

    expect(await change("quarantine", "mallory")).toMatchObject({ pages: 3 });
    expect(Object.values(await askedAgain())).toEqual(Array(3).fill([[1], [2]]));
    expect(await standing(pages)).toEqual([3, 3, 3]);

    await loop.db.transaction((tx) => slotPages(tx, loop.context.protocols));
    expect(await change("restore", "eve")).toMatchObject({ pages: 3 });
    expect(Object.values(await askedAgain())).toEqual(Array(3).fill([[2]]));
    expect(await standing(pages)).toEqual([1, 1, 1, 3, 3, 3]);
    expect(await answerQuestion("bob", 1)).toEqual([]);
    expect(await answerQuestion("bob", 2)).toHaveLength(3);
    expect(await change("restore", "mallory")).toMatchObject({ pages: 0 });
  });

  it("go to different people, however many somebody asks for at once", async () => {
    const wanted = { reviewer: "carol", category: 1, limit: 64, purpose: "evaluation", leaseSeconds: 60 };
    const { slots } = await loop.client.call.leaseSlots(wanted);
    expect(slots.length).toBeGreaterThan(1);
    expect(new Set(slots.map(({ assetId }) => assetId)).size).toBe(slots.length);
    expect((await loop.client.call.leaseSlots(wanted)).slots).toEqual([]);
  });

  it("are one vote with the page that asks again what somebody in quarantine had answered", async () => {
    const answerEvaluation = async (reviewer: string, category: number) => {
      const assets: string[] = [];
      for (;;) {
        const { slots } = await loop.client.call.leaseSlots({
          ...{ reviewer, category, limit: 1, purpose: "evaluation", leaseSeconds: 60 },
        });
        const [slot] = slots;
        if (!slot) return assets;
        const value = truthOf(slot.assetId)[category - 1] as number;
        const answers = [{ taskId: slot.taskId, fence: slot.fence, category, value }];
        await loop.client.call.answerSlots({ reviewer, idempotencyKey: `submission ${++keys}`, answers });
        assets.push(slot.assetId);
      }
    };
    const assets = await answerEvaluation("eve", 1);
    await answerEvaluation("ada", 2);
    const pages = async () =>
      [...(await humanAnswers.ballots(loop.db, primeHuman.identity, assets)).values()].map((ballot) => ballot.pages);
    const before = await pages();
    await change("quarantine", "eve");
    await loop.db.transaction((tx) => slotPages(tx, loop.context.protocols));
    expect(await pages()).toEqual(before);
    await answerEvaluation("bob", 1);
    expect(await pages()).toEqual(before);
    await change("restore", "eve");
    expect(await pages()).toEqual(before);
  });

  it("ask again what somebody said last, not what another has answered since", async () => {
    const [page] = (await answerQuestion("eve", 1)) as [string];
    await loop.db.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, idempotency_key, revision)
       SELECT review_task_id, asset_id, protocol_id, category, value, 'bob', iteration, purpose, 'bob answers anew', 2
         FROM human_answers WHERE review_task_id = $1`,
      [page],
    );
    expect(await change("quarantine", "eve")).toMatchObject({ pages: 2 });
    expect(Object.keys(await askedAgain())).not.toContain(page);
  });

  it("ask nothing by the numbers of a newer protocol that the answers were copied to", async () => {
    const pages = await answerQuestion("eve", 1);
    await loop.context.protocols.publish({ ...primeHumanDocument, version: "1.1.0" });
    await loop.db.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, reviewer, iteration, purpose, idempotency_key, carried_from)
       SELECT review_task_id, asset_id, 'prime-human@1.1.0', 60, value, reviewer, iteration, purpose, idempotency_key || '>', id FROM human_answers`,
    );
    expect(await standing(pages)).toEqual([1, 1, 1]);
    await change("quarantine", "eve");
    expect(Object.values(await askedAgain())).toEqual(Array(3).fill([[1]]));
    const { spent } = await api.as("operator").call(peopleApi.savings);
    expect(spent).toMatchObject({ answers: 0, lost: 0 });
  });

  it("give back a question that the quarantined one holds of a page whose own lease has run out", async () => {
    await answerQuestion("eve", 1);
    const { task } = await loop.client.call.leaseTask({ reviewer: "ada", purpose: "sample", leaseSeconds: 60 });
    const late = "lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'";
    await loop.db.query(`UPDATE review_tasks SET ${late}`);
    await loop.db.query(`UPDATE review_slots SET ${late}`);
    const held = await loop.client.call.leaseSlots({ reviewer: "eve", category: 2, limit: 1, purpose: "sample" });
    expect(held.slots.map(({ taskId }) => taskId)).toEqual([task?.id]);
    await change("quarantine", "eve");
    const [slot] = await loop.db.query(
      "SELECT s.state, s.reviewer FROM review_slots s JOIN review_tasks t ON t.number = s.task WHERE t.id = $1 AND category = 2",
      [task?.id],
    );
    expect(slot).toEqual({ state: "open", reviewer: null });
  });
});

describe("a page that tests people, handed out question by question", { timeout: 90_000 }, () => {
  const test = async () => {
    const [page] = await loop.db.query<{ id: string; assetId: string }>(
      `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
       SELECT id || '.2', iteration, asset_id, 'honeypot', categories, true FROM review_tasks WHERE purpose = 'sample' ORDER BY id LIMIT 1
       RETURNING id, asset_id AS "assetId"`,
    );
    await loop.db.query("UPDATE review_tasks SET state = 'skipped' WHERE purpose = 'sample'");
    await loop.db.transaction((tx) => slotPages(tx, loop.context.protocols));
    return page as { id: string; assetId: string };
  };

  it("is told as a sample's, votes nothing and settles nothing, and says what it is where answers are exported", async () => {
    const { id, assetId } = await test();
    const { grid } = await api.as("annotator").call(slotsApi.leaseSlots, { body: { category: 1, purpose: "sample" } });
    expect(grid?.slots.map(({ taskId, purpose }) => [taskId, purpose])).toEqual([[id, "sample"]]);
    await loop.client.call.releaseSlots({ reviewer: "test annotator", slots: grid?.slots ?? [] });
    const before = await loop.db.query("SELECT value, giver FROM answers WHERE asset_id = $1", [assetId]);
    expect(await answerQuestion("eve", 1)).toEqual([id]);
    expect(await loop.db.query("SELECT value, giver FROM answers WHERE asset_id = $1", [assetId])).toEqual(before);
    expect((await humanAnswers.teaching(loop.db, primeHuman.identity, [assetId])).size).toBe(0);
    expect((await humanAnswers.ballots(loop.db, primeHuman.identity, [assetId])).size).toBe(0);
    const exported: Buffer[] = [];
    for await (const piece of exportAnswers(loop.db, "jsonl", { after: 0 })) exported.push(piece);
    expect(JSON.parse(Buffer.concat(exported).toString())).toMatchObject({ asset: assetId, purpose: "honeypot" });
  });

  it("is not shown once its picture has left the pool", async () => {
    const { assetId } = await test();
    await loop.db.transaction((tx) => withdrawAssets(tx, [{ assetId, reason: "small-face" }]));
    expect(await answerQuestion("eve", 1)).toEqual([]);
  });
});
