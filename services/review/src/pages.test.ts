import { openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition, type ReviewTask } from "@anyone/grpc/generated/anyone/v1/review";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Loop, startLoop } from "./loop.fixture.ts";

let loop: Loop;

beforeAll(async () => {
  loop = await startLoop({ evaluationSize: 20, sampleSize: 30 });
  await loop.client.call.openIteration({ trigger: "manual" });
  await loop.settleTasks();
});
afterAll(() => loop?.close());

const lease = (reviewer: string, purpose = "", leaseSeconds = 60) =>
  loop.client.call.leaseTask({ reviewer, purpose, leaseSeconds }).then(({ task }) => task as ReviewTask);
const submit = (
  task: ReviewTask,
  reviewer: string,
  some: Partial<Parameters<Loop["client"]["call"]["submitAnswers"]>[0]> = {},
) =>
  loop.client.call.submitAnswers({
    taskId: task.id,
    reviewer,
    fence: task.fence,
    idempotencyKey: `key-${task.id}-${reviewer}`,
    answers: loop.answersOf(task),
    ...some,
  });
const release = (task: ReviewTask, reviewer: string) =>
  loop.client.call.releaseTask({ taskId: task.id, reviewer, fence: task.fence });
const recorded = async (task: ReviewTask) =>
  (await loop.db.query("SELECT 1 FROM human_answers WHERE review_task_id = $1", [task.id])).length;
const expire = (task: ReviewTask) =>
  loop.db.query("UPDATE review_tasks SET lease_until = clock_timestamp() - interval '1 second' WHERE id = $1", [
    task.id,
  ]);

describe("leasing a page", () => {
  it("never gives one page to two people, however many ask at once", async () => {
    const tasks = await Promise.all(Array.from({ length: 24 }, (_, n) => lease(`reviewer-${n}`)));
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(24);
    await Promise.all(tasks.map((task, n) => release(task, `reviewer-${n}`)));
  });

  it("gives evaluation pages first, blind, with all questions and no suggestion", async () => {
    const task = await lease("ada");
    expect(task).toMatchObject({
      purpose: "evaluation",
      blind: true,
      suggestions: [],
      protocolId: "prime-human@1.0.0",
    });
    expect(task.categories).toHaveLength(70);
    await release(task, "ada");
  });

  it("gives a page back to others when its lease has run out, under a new fence", async () => {
    const first = await lease("ada", "sample");
    await expire(first);
    const second = await lease("bob", "sample");
    expect([second.id, second.fence]).toEqual([first.id, first.fence + 1]);
    await release(second, "bob");
  });

  it("is refused without the token, without a name, and for a purpose that does not exist", async () => {
    const stranger = openClient(ReviewServiceDefinition, loop.server.address, "a-wrong-token-0000");
    await expect(stranger.call.leaseTask({ reviewer: "eve" })).rejects.toMatchObject({ code: "unauthenticated" });
    stranger.close();
    await expect(lease("")).rejects.toMatchObject({ code: "bad-input" });
    await expect(lease("ada", "fun")).rejects.toThrow(/no purpose "fun"/);
  });
});

describe("submitting a page", () => {
  it("records it once, and again is the same as once, also at the same time", async () => {
    const task = await lease("ada", "sample");
    const answers = await Promise.all([submit(task, "ada"), submit(task, "ada"), submit(task, "ada")]);
    expect(answers.filter(({ repeatedSubmission }) => !repeatedSubmission)).toHaveLength(1);
    expect(new Set(answers.map((one) => one.recorded)).size).toBe(1);
    expect(await recorded(task)).toBe(answers[0]?.recorded);
  });

  it("refuses a late lease, and records nothing", async () => {
    const task = await lease("ada", "sample");
    await expire(task);
    await expect(submit(task, "ada")).rejects.toMatchObject({
      code: "lease-lost",
      message: expect.stringContaining("run out"),
    });
    expect(await recorded(task)).toBe(0);
  });

  it("refuses whoever does not hold the lease, and an old fence", async () => {
    const task = await lease("ada", "sample");
    await expect(submit(task, "eve")).rejects.toMatchObject({ code: "lease-lost" });
    await expect(submit(task, "ada", { fence: task.fence - 1 })).rejects.toMatchObject({ code: "lease-lost" });
    expect(await recorded(task)).toBe(0);
    await release(task, "ada");
  });

  it("refuses an incomplete page and names what is missing; the page stays leased", async () => {
    const task = await lease("ada", "sample");
    const answers = loop.answersOf(task).filter(({ category }) => category !== 1 && category !== 4);
    await expect(submit(task, "ada", { answers })).rejects.toThrow(/person\.gender/);
    expect(await recorded(task)).toBe(0);
    expect((await submit(task, "ada")).recorded).toBeGreaterThan(10);
  });

  it.each([
    ["an option that does not exist", { category: 3, value: 99 }, /no packed answer of person\.age/],
    ["a contradiction", { category: 44, value: 0 }, /shoes\.boots_length/],
    ["a question that the protocol lacks", { category: 71, value: 0 }, /not on this page/],
  ])("refuses %s", async (_, bad, message) => {
    const task = await lease("ada", "sample");
    const others = loop.answersOf(task).filter(({ category }) => category !== bad.category && category !== 41);
    await expect(submit(task, "ada", { answers: [...others, { category: 41, value: 0 }, bad] })).rejects.toThrow(
      message,
    );
    expect(await recorded(task)).toBe(0);
    await release(task, "ada");
  });

  it("refuses an idempotency key that stood for another page", async () => {
    const one = await lease("ada", "sample");
    await submit(one, "ada", { idempotencyKey: "the-same-key" });
    const other = await lease("ada", "sample");
    await expect(submit(other, "ada", { idempotencyKey: "the-same-key" })).rejects.toMatchObject({ code: "conflict" });
    await release(other, "ada");
  });

  it("refuses a page that was answered already", async () => {
    const task = await lease("ada", "sample");
    await submit(task, "ada");
    await expect(submit(task, "ada", { idempotencyKey: "another-key" })).rejects.toThrow(/answered already/);
  });

  it("keeps free text beside the answer", async () => {
    const task = await lease("ada", "sample");
    const answers = [
      ...loop.answersOf(task).filter(({ category }) => category !== 6),
      { category: 6, value: -4, text: "a bouncy castle" },
    ];
    await submit(task, "ada", { answers });
    expect(
      await loop.db.query("SELECT text FROM human_answers WHERE review_task_id = $1 AND category = 6", [task.id]),
    ).toEqual([{ text: "a bouncy castle" }]);
  });

  it("can never be changed afterwards, by anybody", async () => {
    await expect(loop.db.query("UPDATE human_answers SET value = 0")).rejects.toThrow(/only ever added/);
  });
});

describe("the last page of an iteration", () => {
  it("moves the iteration on exactly once, also when two last pages end together", async () => {
    let pages = (await loop.db.query("SELECT 1 FROM review_tasks WHERE state IN ('open', 'leased')")).length;
    await loop.db.query(
      "UPDATE review_tasks SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'leased'",
    );
    for (; pages > 4; pages--) await submit(await lease("ada"), "ada");
    const last = await Promise.all(["a", "b", "c", "d"].map((reviewer) => lease(reviewer)));
    expect(await loop.db.query("SELECT 1 FROM tasks WHERE id = 'review.advance:1.labelled'")).toEqual([]);
    const [skipped, ...rest] = last as [ReviewTask, ...ReviewTask[]];
    await Promise.all([
      loop.client.call.skipTask({ taskId: skipped.id, reviewer: "a", fence: skipped.fence, reason: "nobody in it" }),
      ...rest.map((task, n) => submit(task, ["b", "c", "d"][n] as string)),
    ]);
    expect(await loop.db.query("SELECT state FROM tasks WHERE id = 'review.advance:1.labelled'")).toEqual([
      { state: "ready" },
    ]);
    expect(await loop.client.call.getIteration({ number: 1 })).toMatchObject({
      state: "labelling",
      openTasks: 0,
      waitsFor: "",
    });
  });

  it("leaves the iteration open to nobody else", async () => {
    await expect(loop.client.call.openIteration({ trigger: "again" })).rejects.toMatchObject({ code: "conflict" });
  });
});
