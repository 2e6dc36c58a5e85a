import { fault } from "@anyone/domain/fault";
import type { ClaimedTask, Ending } from "@anyone/domain/tasks";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { afterError, afterOutcome, afterSilence } from "./ending.ts";
import { defineJob, done, next, postponed, skipped } from "./job.ts";

const job = defineJob({
  name: "filter.weigh",
  payload: z.object({ note: z.string(), items: z.array(z.number()).min(1) }),
  key: ({ items }) => items.join("."),
  chunk: "items",
  attempts: 3,
});
const faraway = defineJob({ name: "train.run", payload: z.object({}), key: () => "one" });

function claimed(items: number[], attempts = 1): ClaimedTask {
  const payload = { note: "kept", items };
  return {
    id: "t",
    name: job.name,
    stage: "filter",
    payload,
    fence: attempts,
    attempts,
    leaseSeconds: 12,
    traceparent: null,
  };
}

describe("how a task ends", () => {
  it("hands on the trace to what follows", () => {
    const following = next(job, { note: "", items: [1] });
    const ending = afterOutcome({ stage: "filter", traceparent: "00-trace" }, done({ next: [following] }));
    expect(ending).toMatchObject({ end: "done", next: [{ id: following.id, traceparent: "00-trace" }] });
  });

  it("kills a task that names a successor the flywheel has no edge to", () => {
    const ending = afterOutcome({ stage: "filter", traceparent: null }, done({ next: [next(faraway, {})] }));
    expect(ending).toMatchObject({ end: "dead", reason: expect.stringContaining("illegal-edge") });
  });

  it("keeps the reasons of an expected no and of a postponement", () => {
    const task = { stage: "filter", traceparent: null } as const;
    expect(afterOutcome(task, skipped("known"))).toEqual({ end: "skipped", reason: "known" });
    expect(afterOutcome(task, postponed("quota", 30))).toEqual({ end: "postponed", reason: "quota", delaySeconds: 30 });
  });

  it("tries again with a growing pause until the attempts are spent", () => {
    expect(afterError(job, claimed([1], 1), new Error("odd"))).toMatchObject({ end: "retry", delaySeconds: 1 });
    expect(afterError(job, claimed([1], 2), new Error("odd"))).toMatchObject({ end: "retry", delaySeconds: 2 });
    expect(afterError(job, claimed([1], 3), new Error("odd"))).toEqual({ end: "dead", reason: "error: odd" });
  });

  it.each([
    fault("unavailable", "The model's server is away."),
    fault("too-many-requests", "Not so fast."),
    fault("bad-environment", "There is no bucket."),
  ])("spends no attempt on what no task can help, however often: $message", (away) => {
    expect(afterError(job, claimed([1], 3), away)).toMatchObject({ end: "postponed" });
    expect(afterError(job, { ...claimed([1], 3), fence: 500 }, away)).toMatchObject({ delaySeconds: 60 });
  });

  it("does not try again what can't succeed", () => {
    expect(afterError(job, claimed([1]), fault("bad-input", "broken"))).toMatchObject({ end: "dead" });
    expect(afterError(job, claimed([1, 2]), fault("bad-input", "broken"))).toMatchObject({ end: "split" });
  });

  it("takes a claim beyond the attempts for the silence of those before", () => {
    expect(afterSilence(job, claimed([1], 3))).toBeUndefined();
    expect(afterSilence(job, claimed([1], 4))).toMatchObject({
      end: "dead",
      reason: expect.stringContaining("no-result"),
    });
  });

  it("isolates every poison item of any chunk and loses no other", () => {
    const chunks = fc
      .uniqueArray(fc.integer(), { minLength: 1, maxLength: 64 })
      .chain((items) => fc.record({ items: fc.constant(items), poison: fc.subarray(items) }));
    fc.assert(
      fc.property(chunks, ({ items, poison }) => {
        const { finished, dead, claims } = digest(items, new Set(poison));
        expect(new Set(finished)).toEqual(new Set(items.filter((item) => !poison.includes(item))));
        expect(new Set(dead)).toEqual(new Set(poison));
        expect(finished.length + dead.length).toBe(items.length);
        expect(claims).toBeLessThanOrEqual(
          3 + poison.length * (2 * Math.ceil(Math.log2(items.length + 1)) + 3) + items.length,
        );
      }),
    );
  });
});

/** Plays a chunk to its end by the rules alone: a task with a poison item in it fails every time. */
function digest(items: number[], poison: ReadonlySet<number>) {
  const finished: number[] = [];
  const dead: number[] = [];
  const open: { items: number[]; attempts: number }[] = [{ items, attempts: 0 }];
  let claims = 0;
  for (let task = open.pop(); task; task = open.pop()) {
    claims += 1;
    const attempts = task.attempts + 1;
    if (!task.items.some((item) => poison.has(item))) {
      finished.push(...task.items);
      continue;
    }
    const ending: Ending = afterError(job, claimed(task.items, attempts), new Error("poison"));
    if (ending.end === "retry") open.push({ items: task.items, attempts });
    else if (ending.end === "dead") dead.push(...task.items);
    else if (ending.end === "split") {
      for (const part of ending.parts) {
        expect(part.payload.note).toBe("kept");
        open.push({ items: part.payload.items as number[], attempts: part.attempts });
      }
    }
  }
  return { finished, dead, claims };
}
