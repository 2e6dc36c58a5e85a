import { lockPool } from "@anyone/db/assets";
import { trainingSet } from "@anyone/db/training-set";
import { returnAssets, withdrawAssets } from "@anyone/db/withdraw-assets";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { ReviewTask } from "@anyone/grpc/generated/anyone/v1/review";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loop, startLoop } from "./loop.fixture.ts";

let loop: Loop;
beforeAll(async () => {
  loop = await startLoop({ evaluationSize: 10, sampleSize: 8 });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterAll(() => loop?.close());

const lease = (reviewer: string) =>
  loop.client.call.leaseTask({ reviewer, purpose: "sample", leaseSeconds: 60 }).then(({ task }) => task as ReviewTask);
const withdraw = (assetId: string) =>
  loop.db.transaction(async (tx) => {
    await lockPool(tx);
    await withdrawAssets(tx, [{ assetId, reason: "small-face" }]);
  });
const stateOf = async ({ id }: ReviewTask) =>
  (await loop.db.query<{ state: string }>("SELECT state FROM review_tasks WHERE id = $1", [id]))[0]?.state;
const learned = async () => (await trainingSet(loop.db, primeHuman.identity, 70)).map(({ assetId }) => assetId);

describe("a page of a sample whose asset leaves the pool while somebody has it", () => {
  it("may be finished; what was said is kept, and counts once the asset is back", async () => {
    const task = await lease("ada");
    await withdraw(task.assetId);
    expect(await stateOf(task)).toBe("leased");
    const { recorded } = await loop.client.call.submitAnswers({
      ...{ taskId: task.id, reviewer: "ada", fence: task.fence, idempotencyKey: "key-finished" },
      answers: loop.answersOf(task),
    });
    expect(recorded).toBeGreaterThan(0);
    expect(await learned()).not.toContain(task.assetId);
    await loop.db.transaction((tx) => returnAssets(tx, [task.assetId], primeHuman.identity));
    expect(await learned()).toContain(task.assetId);
  });

  it("is put before nobody else once its lease has run out", async () => {
    const task = await lease("ada");
    await withdraw(task.assetId);
    await loop.db.query("UPDATE review_tasks SET lease_until = now() - interval '1 second' WHERE id = $1", [task.id]);
    const next = await lease("bob");
    expect(next.id).not.toBe(task.id);
    expect(await stateOf(task)).toBe("skipped");
    await loop.client.call.releaseTask({ taskId: next.id, reviewer: "bob", fence: next.fence });
  });

  it("is put before nobody else once it was given back", async () => {
    const task = await lease("ada");
    await withdraw(task.assetId);
    await loop.client.call.releaseTask({ taskId: task.id, reviewer: "ada", fence: task.fence });
    expect((await lease("ada")).id).not.toBe(task.id);
    expect(await stateOf(task)).toBe("skipped");
  });

  it("holds up no iteration: the last of them moves it on", async () => {
    const pages = await loop.db.query<{ asset: string }>(
      "SELECT asset_id AS asset FROM review_tasks WHERE purpose = 'sample' AND state IN ('open', 'leased')",
    );
    expect(pages.length).toBeGreaterThan(0);
    await loop.db.query("UPDATE review_tasks SET state = 'done', lease_until = NULL WHERE purpose <> 'sample'");
    await loop.db.query(
      "UPDATE assets SET withdrawn_at = now(), withdrawn_reason = 'small-face' WHERE id = ANY($1::text[])",
      [pages.map(({ asset }) => asset)],
    );
    await loop.db.query(
      "UPDATE review_tasks SET lease_until = now() - interval '1 second' WHERE purpose = 'sample' AND state = 'leased'",
    );
    expect(await lease("bob")).toBeUndefined();
    const nudges = await loop.db.query(
      "SELECT FROM tasks WHERE name = 'review.advance' AND payload ->> 'nudge' = 'labelled' AND state = 'ready'",
    );
    expect(nudges).toHaveLength(1);
  });
});
