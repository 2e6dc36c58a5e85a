import { apiKeys } from "@anyone/db/api-keys";
import type { LeasedSlot } from "@anyone/grpc/generated/anyone/v1/review";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { type Loop, startLoop, truthOf } from "./loop.fixture.ts";

const PEOPLE = ["ada", "bob", "cid", "dee", "eve", "fay", "gus", "hal"];
const SEATS = 2;

let loop: Loop | undefined;
afterEach(() => loop?.close());

async function startWith(evaluationSize: number, sampleSize: number): Promise<Loop> {
  const started = await startLoop({ evaluationSize, sampleSize, evaluationOverlap: SEATS }, { assets: 40 });
  for (const name of PEOPLE) await apiKeys(started.db).create(name, "annotator");
  await started.client.call.openIteration({ trigger: "manual" });
  await started.settleTasks();
  return started;
}

type Deed = "answer" | "answer twice" | "release" | "skip" | "walk away" | "whole page";

/** What one person was told: `taskId category` of what was acknowledged, with the value that stands. */
type Told = Map<string, number>;

/** One turn of a person: leases a few questions (or a page) and does something with each. */
async function turn(at: Loop, reviewer: string, deeds: readonly Deed[], told: Told): Promise<boolean> {
  const { call } = at.client;
  if (deeds[0] === "whole page") {
    const { task } = await call.leaseTask({ reviewer, leaseSeconds: 60 });
    if (!task) return false;
    const answers = at.answersOf(task);
    await call.submitAnswers({
      taskId: task.id,
      reviewer,
      fence: task.fence,
      idempotencyKey: `page-${task.id}`,
      answers,
    });
    return true;
  }
  const { slots } = await call.leaseSlots({ reviewer, limit: deeds.length, leaseSeconds: 60 });
  for (const [n, slot] of slots.entries()) await deal(at, reviewer, slot, deeds[n] as Deed, told);
  return slots.length > 0;
}

async function deal({ client: { call } }: Loop, reviewer: string, slot: LeasedSlot, deed: Deed, told: Told) {
  const value = truthOf(slot.assetId)[slot.category - 1] as number;
  const submission = { reviewer, idempotencyKey: crypto.randomUUID(), answers: [{ ...slot, value }] };
  if (deed === "answer" || deed === "answer twice") {
    const times = deed === "answer" ? 1 : 2;
    for (const { results } of await Promise.all(Array.from({ length: times }, () => call.answerSlots(submission)))) {
      if (results[0]?.state !== "refused") told.set(`${slot.taskId} ${slot.category}`, value);
    }
  }
  if (deed === "release") await call.releaseSlots({ reviewer, slots: [slot] });
  if (deed === "skip") await call.skipSlot({ reviewer, slot, reason: "no" });
}

async function expireAll(at: Loop): Promise<void> {
  const late = "lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'";
  await at.db.query(`UPDATE review_slots SET ${late}`);
  await at.db.query(`UPDATE review_tasks SET ${late}`);
}

/** What must hold whatever people did, in whatever order. */
async function expectSound(at: Loop, told: Told): Promise<void> {
  const twice = await at.db.query(
    "SELECT review_task_id, category FROM human_answers WHERE revision = 1 GROUP BY 1, 2 HAVING count(*) > 1",
  );
  expect(twice, "slots answered by two people").toEqual([]);
  const over = await at.db.query(
    `SELECT asset_id, category FROM human_answers WHERE purpose = 'evaluation' AND revision = 1
      GROUP BY 1, 2 HAVING count(*) > $1 OR count(DISTINCT reviewer) < count(*)`,
    [SEATS],
  );
  expect(over, "evaluation questions with too many votes, or two of one person").toEqual([]);
  const rows = await at.db.query<{ slot: string; value: number }>(
    `SELECT DISTINCT ON (review_task_id, category) review_task_id || ' ' || category AS slot, value FROM human_answers
      ORDER BY review_task_id, category, revision DESC`,
  );
  const stored = new Map(rows.map(({ slot, value }) => [slot, value]));
  const lost = [...told].filter(([slot, value]) => stored.get(slot) !== value);
  expect(lost, "acknowledged answers that are not there").toEqual([]);
  const torn = await at.db.query(
    `SELECT t.id FROM review_tasks t WHERE t.state IN ('done', 'skipped') AND EXISTS (
       SELECT FROM review_slots s WHERE s.task = t.number AND s.state IN ('open', 'waiting'))`,
  );
  expect(torn, "pages that ended with questions left").toEqual([]);
  const orphaned = await at.db.query(
    `SELECT s.task, s.category FROM review_slots s JOIN review_tasks t ON t.number = s.task
      WHERE s.state = 'done' AND NOT EXISTS (
        SELECT FROM human_answers h WHERE h.review_task_id = t.id AND h.category = s.category)`,
  );
  expect(orphaned, "slots that are done without an answer").toEqual([]);
}

describe("many people at once", { timeout: 120_000 }, () => {
  it("answer everything, nobody the same evaluation question twice, and the iteration goes on once", async () => {
    const at = await startWith(6, 8);
    loop = at;
    const told: Told = new Map();
    const deeds: readonly Deed[] = [
      "answer",
      "answer twice",
      "answer",
      "answer",
      "release",
      "answer",
      "walk away",
      "answer",
    ];
    await Promise.all(
      PEOPLE.map(async (reviewer) => {
        for (let idle = 0; idle < 3; idle++) {
          while (await turn(at, reviewer, deeds, told));
          await expireAll(at);
        }
      }),
    );
    await expectSound(at, told);
    expect(told.size).toBeGreaterThan(200);
    const left = await at.db.query("SELECT id FROM review_tasks WHERE state IN ('open', 'leased')");
    expect(left).toEqual([]);
    expect(await at.db.query("SELECT state FROM tasks WHERE id = 'review.advance:1.labelled'")).toEqual([
      { state: "ready" },
    ]);
  });

  it("keep every promise, whatever they do with what they leased, in whatever order", async () => {
    const deed = fc.constantFrom<Deed>("answer", "answer twice", "release", "skip", "walk away", "whole page");
    const act = fc.record({
      who: fc.constantFrom(...PEOPLE.slice(0, 4)),
      deeds: fc.array(deed, { minLength: 1, maxLength: 6 }),
      expires: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        async (waves) => {
          const at = await startWith(3, 3);
          try {
            const told: Told = new Map();
            for (const wave of waves) {
              await Promise.all(wave.map(({ who, deeds }) => turn(at, who, deeds, told)));
              if (wave.some(({ expires }) => expires)) await expireAll(at);
            }
            await expectSound(at, told);
          } finally {
            await at.close();
          }
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
    loop = undefined;
  });
});
