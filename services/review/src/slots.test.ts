import type { LeaseSlotsResponse, SlotAnswer } from "@anyone/grpc/generated/anyone/v1/review";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loop, startLoop, truthOf } from "./loop.fixture.ts";

const HAT = 48;
let loop: Loop;

beforeAll(async () => {
  loop = await startLoop({ evaluationSize: 10, evaluationOverlap: 1, sampleSize: 40 });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterAll(() => loop?.close());

const lease = (reviewer: string, category = 1, limit = 1, purpose = "sample") =>
  loop.client.call.leaseSlots({ reviewer, category, limit, purpose, leaseSeconds: 60 });
const only = ({ slots }: LeaseSlotsResponse) => {
  const [slot] = slots;
  if (!slot) throw new Error("no slot was leased");
  return slot;
};
let keys = 0;
const answer = (reviewer: string, answers: Partial<SlotAnswer>[], idempotencyKey = `submission-${++keys}`) =>
  loop.client.call.answerSlots({ reviewer, idempotencyKey, answers }).then(({ results }) => results);
const states = async (taskId: string) =>
  Object.fromEntries(
    (
      await loop.db.query<{ category: number; state: string }>(
        "SELECT category, s.state FROM review_slots s JOIN review_tasks t ON t.number = s.task WHERE t.id = $1",
        [taskId],
      )
    ).map(({ category, state }) => [category, state]),
  );
const said = (taskId: string, category: number) =>
  loop.db.query<{ value: number; revision: number }>(
    "SELECT value, revision FROM human_answers WHERE review_task_id = $1 AND category = $2 ORDER BY revision",
    [taskId, category],
  );
const expire = () =>
  loop.db.query("UPDATE review_slots SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'");
const truth = (assetId: string, category: number) => truthOf(assetId)[category - 1] as number;

describe("leasing slots", () => {
  it("gives open questions of one category, each of another page, and no slot to two people", async () => {
    const grids = await Promise.all(["ada", "bob", "eve"].map((reviewer) => lease(reviewer, 1, 10)));
    const ids = grids.flatMap(({ slots }) => slots.map(({ taskId }) => taskId));
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    for (const [n, { slots }] of grids.entries()) {
      await loop.client.call.releaseSlots({ reviewer: ["ada", "bob", "eve"][n] as string, slots });
    }
  });

  it("without a category picks one that has open slots, and says nothing waits where nothing does", async () => {
    const grid = await lease("ada", 0, 2);
    expect(grid.slots.length).toBeGreaterThan(0);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots: grid.slots });
    expect((await lease("ada", 1, 1, "tie-break")).slots).toEqual([]);
  });

  it("gives what somebody had too long to the next who asks, under a new fence", async () => {
    const first = only(await lease("ada", 2));
    await expire();
    const second = only(await lease("bob", 2));
    expect([second.taskId, second.fence]).toEqual([first.taskId, first.fence + 1]);
    expect(await loop.client.call.releaseSlots({ reviewer: "ada", slots: [first] })).toEqual({ released: 0 });
    expect(await loop.client.call.releaseSlots({ reviewer: "bob", slots: [second] })).toEqual({ released: 1 });
  });

  it("gives no page away of which somebody has a slot, and no slot of a page that somebody has", async () => {
    const { slots } = await lease("ada", 1, 64);
    expect((await loop.client.call.leaseTask({ reviewer: "bob", purpose: "sample" })).task).toBeUndefined();
    await loop.client.call.releaseSlots({ reviewer: "ada", slots });
    const { task } = await loop.client.call.leaseTask({ reviewer: "bob", purpose: "sample" });
    const rest = await lease("ada", 1, 64);
    expect(rest.slots.map(({ taskId }) => taskId)).not.toContain(task?.id);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots: rest.slots });
    await loop.client.call.releaseTask({ taskId: task?.id ?? "", reviewer: "bob", fence: task?.fence ?? 0 });
  });

  it("is refused without a name, for a purpose or a question that does not exist", async () => {
    await expect(lease("")).rejects.toMatchObject({ code: "bad-input" });
    await expect(lease("ada", 1, 1, "fun")).rejects.toThrow(/no purpose "fun"/);
    await expect(lease("ada", 71)).rejects.toThrow(/numbered 1 to 70/);
  });
});

describe("answering slots", () => {
  it("records each once; the same submission again, or at the same time, is repeated", async () => {
    const slot = only(await lease("ada", 1));
    const sent = [{ ...slot, value: 1 }];
    const results = await Promise.all([1, 2, 3].map(() => answer("ada", sent, "the-very-same-key")));
    expect(
      results
        .flat()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(["recorded", "repeated", "repeated"]);
    expect(await answer("ada", sent)).toMatchObject([{ state: "repeated" }]);
    expect(await said(slot.taskId, 1)).toEqual([{ value: 1, revision: 1 }]);
  });

  it("refuses one without costing another, in the order they were sent", async () => {
    const { slots } = await lease("ada", 3, 3);
    const [one, two, three] = slots.map((slot) => ({ ...slot, value: truth(slot.assetId, 3) }));
    const results = await answer("ada", [
      { ...one, value: 99 },
      { ...two, fence: 77 },
      { ...three },
      { ...three, value: 0 },
      { taskId: "no.such.page", category: 3, fence: 1, value: 0 },
      { ...one, category: 70 },
    ]);
    expect(results.map(({ state, code }) => [state, code])).toEqual([
      ["refused", "bad-input"],
      ["refused", "lease-lost"],
      ["recorded", ""],
      ["refused", "bad-input"],
      ["refused", "not-found"],
      ["refused", expect.stringMatching(/lease-lost|conflict|bad-input/)],
    ]);
    expect(results[0]?.detail).toMatch(/99 is no packed answer of person\.age/);
    expect(results[3]?.detail).toMatch(/twice/);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots });
  });

  it("refuses what somebody else holds, and what nobody holds", async () => {
    const slot = only(await lease("ada", 2));
    expect(await answer("eve", [{ ...slot, value: 0 }])).toMatchObject([{ code: "lease-lost" }]);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots: [slot] });
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([{ code: "lease-lost" }]);
    expect(await said(slot.taskId, 2)).toEqual([]);
  });

  it("keeps a late answer while nobody else was given the slot, whatever a clock says", async () => {
    const slot = only(await lease("ada", 2));
    await expire();
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([{ state: "recorded" }]);
  });

  it("refuses a late answer once somebody else has the slot, and tells so", async () => {
    const slot = only(await lease("ada", 2));
    await expire();
    const hers = only(await lease("bob", 2));
    expect(hers.taskId).toBe(slot.taskId);
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([
      { state: "refused", code: "lease-lost", detail: expect.stringContaining("Somebody else") },
    ]);
    expect(await answer("bob", [{ ...hers, value: 0 }])).toMatchObject([{ state: "recorded" }]);
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([{ code: "conflict" }]);
  });

  it("refuses a key that stood for another answer", async () => {
    const slot = only(await lease("ada", 2));
    await answer("ada", [{ ...slot, value: 0 }], "a-key-used-once");
    expect(await answer("ada", [{ ...slot, value: 1 }], "a-key-used-once")).toMatchObject([
      { state: "refused", code: "conflict", detail: expect.stringContaining("idempotency key") },
    ]);
  });

  it("keeps free text, and refuses one that is too long, or beside another value, alone", async () => {
    const { slots } = await lease("ada", 6, 3);
    const [one, two, three] = slots;
    const results = await answer("ada", [
      { ...one, value: -4, text: "x".repeat(5_000) },
      { ...two, value: -4, text: "a bouncy castle" },
      { ...three, value: 0, text: "beside" },
    ]);
    expect(results.map(({ state }) => state)).toEqual(["refused", "recorded", "refused"]);
    expect(results[0]?.detail).toMatch(/5000 characters long; it may be 200/);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots });
  });

  it("is refused whole without a name, a key, or an answer", async () => {
    await expect(answer("", [{ taskId: "x", category: 1 }])).rejects.toMatchObject({ code: "bad-input" });
    await expect(answer("ada", [{ taskId: "x", category: 1 }], "short")).rejects.toThrow(/at least 8/);
    await expect(answer("ada", [])).rejects.toThrow(/1 to 64/);
  });
});

describe("what an answer opens and closes", () => {
  it("is done in the same commit, and undone by a correction, of which the latest stands", async () => {
    const slot = only(await lease("ada", HAT));
    const before = await states(slot.taskId);
    const waiting = Object.keys(before)
      .filter((n) => before[n] === "waiting")
      .map(Number);
    expect(await answer("ada", [{ ...slot, value: await absent() }])).toMatchObject([{ state: "recorded" }]);
    const without = await states(slot.taskId);
    const children = waiting.filter((n) => without[n] === "closed");
    expect(children.length).toBeGreaterThan(0);

    expect(await answer("ada", [{ ...slot, value: await worn() }])).toMatchObject([{ state: "corrected" }]);
    const withHat = await states(slot.taskId);
    expect(children.some((n) => withHat[n] === "open")).toBe(true);
    expect(await said(slot.taskId, HAT)).toHaveLength(2);

    const child = children.find((n) => withHat[n] === "open") as number;
    const { slots } = await lease("bob", child, 64);
    const hers = slots.find(({ taskId }) => taskId === slot.taskId);
    expect(await answer("bob", [{ ...hers, value: 0 }])).toMatchObject([{ state: "recorded" }]);
    await loop.client.call.releaseSlots({ reviewer: "bob", slots });

    expect(await answer("ada", [{ ...slot, value: await absent() }])).toMatchObject([{ state: "corrected" }]);
    expect((await states(slot.taskId))[child]).toBe("closed");
    const stands = await loop.db.query<{ category: number }>(
      "SELECT category FROM standing_answers WHERE review_task_id = $1",
      [slot.taskId],
    );
    const standing = stands.map(({ category }) => category);
    expect(standing).toContain(HAT);
    expect(standing).not.toContain(child);
    expect(await answer("bob", [{ ...hers, value: 1 }])).toMatchObject([{ state: "refused", code: "conflict" }]);
  });

  it("keeps a child without its parent from being answered", async () => {
    const slot = only(await lease("ada", HAT));
    const waiting = Number(Object.entries(await states(slot.taskId)).find(([, state]) => state === "waiting")?.[0]);
    expect(await answer("ada", [{ taskId: slot.taskId, category: waiting, fence: 1, value: 0 }])).toMatchObject([
      { state: "refused", code: "bad-input", detail: expect.stringContaining("depends on an answer") },
    ]);
    await loop.client.call.releaseSlots({ reviewer: "ada", slots: [slot] });
  });

  it("closes what hangs on a slot that was skipped", async () => {
    const slot = only(await lease("ada", HAT));
    await loop.client.call.skipSlot({ reviewer: "ada", slot, reason: "cut off" });
    const after = await states(slot.taskId);
    expect(after[HAT]).toBe("skipped");
    expect(Object.values(after)).toContain("closed");
    await expect(loop.client.call.skipSlot({ reviewer: "ada", slot, reason: "again" })).rejects.toMatchObject({
      code: "lease-lost",
    });
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([{ code: "conflict" }]);
  });
});

describe("an answer to what is over", () => {
  it("is refused as a correction once people label no more in its iteration", async () => {
    const slot = only(await lease("ada", 2));
    await answer("ada", [{ ...slot, value: 0 }]);
    await loop.db.query("UPDATE iterations SET state = 'learning'");
    expect(await answer("ada", [{ ...slot, value: 1 }])).toMatchObject([
      { state: "refused", code: "conflict", detail: expect.stringContaining("can't be corrected any more") },
    ]);
    await loop.db.query("UPDATE iterations SET state = 'labelling'");
    expect(await answer("ada", [{ ...slot, value: 1 }])).toMatchObject([{ state: "corrected" }]);
    expect(await said(slot.taskId, 2)).toEqual([
      { value: 0, revision: 1 },
      { value: 1, revision: 2 },
    ]);
  });

  it("is kept where somebody held the slot when its page was ended by others", async () => {
    const slot = only(await lease("ada", 2));
    await loop.db.query("UPDATE review_tasks SET state = 'skipped' WHERE id = $1", [slot.taskId]);
    expect(await answer("ada", [{ ...slot, value: 0 }])).toMatchObject([{ state: "recorded" }]);
    expect(Object.values(await states(slot.taskId))).not.toContain("open");
  });
});

describe("somebody who leaves with open leases", () => {
  it("keeps nobody waiting longer than a lease: the questions go to the next who asks", async () => {
    const { slots } = await lease("gone", 4, 3);
    await expire();
    const next = await lease("bob", 4, 64);
    expect(next.slots.map(({ taskId }) => taskId)).toEqual(expect.arrayContaining(slots.map(({ taskId }) => taskId)));
    await loop.client.call.releaseSlots({ reviewer: "bob", slots: next.slots });
  });

  it("keeps nobody waiting who leaves the choice of the category to us, either", async () => {
    const all = [];
    for (let grid = await lease("gone", 0, 64, ""); grid.slots.length > 0; grid = await lease("gone", 0, 64, ""))
      all.push(...grid.slots);
    expect((await lease("bob", 0, 1, "sample")).slots).toEqual([]);
    await expire();
    const next = await lease("bob", 0, 64, "sample");
    expect(next.slots.length).toBeGreaterThan(0);
    await loop.client.call.releaseSlots({ reviewer: "bob", slots: next.slots });
    expect(all.length).toBeGreaterThan(100);
  });
});

describe("a flag", () => {
  it("is kept for operators, and needs a page that asks the question", async () => {
    const slot = only(await lease("bob", 1));
    await loop.client.call.flagSlot({ reviewer: "ada", taskId: slot.taskId, category: 1, note: "two people" });
    expect(await loop.db.query("SELECT asset_id AS asset, note FROM review_flags")).toEqual([
      { asset: slot.assetId, note: "two people" },
    ]);
    await expect(
      loop.client.call.flagSlot({ reviewer: "ada", taskId: "no.page", category: 1, note: "x" }),
    ).rejects.toMatchObject({ code: "not-found" });
    await loop.client.call.releaseSlots({ reviewer: "bob", slots: [slot] });
  });
});

async function absent(): Promise<number> {
  const { options, absent: word } = await hat();
  return options.indexOf(word ?? "no");
}

async function worn(): Promise<number> {
  const { options, absent: word } = await hat();
  return options.findIndex((option) => option !== word);
}

async function hat() {
  const category = (await loop.context.protocols.current()).categories[HAT - 1];
  if (!category) throw new Error("no hat");
  return category;
}
