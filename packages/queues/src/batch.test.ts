import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { batched } from "./batch.ts";

describe("batched calls", () => {
  it("sends what is called in one turn together, and what comes meanwhile in the next batch", async () => {
    const batches: number[][] = [];
    const double = batched(async (questions: number[]) => {
      batches.push(questions);
      await sleep(10);
      return questions.map((question) => question * 2);
    });
    const first = [1, 2, 3].map((n) => double(n));
    await sleep(5);
    const second = [4, 5].map((n) => double(n));
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it("sends no more than the most at once, in as many batches side by side as allowed", async () => {
    let underway = 0;
    let peak = 0;
    const echo = batched(
      async (questions: number[]) => {
        peak = Math.max(peak, ++underway);
        expect(questions.length).toBeLessThanOrEqual(10);
        await sleep(5);
        underway -= 1;
        return questions;
      },
      { atOnce: 2, most: 10 },
    );
    const answers = await Promise.all(Array.from({ length: 95 }, (_, n) => echo(n)));
    expect(answers).toEqual(Array.from({ length: 95 }, (_, n) => n));
    expect(peak).toBe(2);
  });

  it("tells every caller of a batch that failed, and goes on", async () => {
    let failing = true;
    const call = batched(async (questions: string[]) => {
      if (failing) throw new Error("away");
      return questions;
    });
    const failed = await Promise.allSettled([call("a"), call("b")]);
    expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    failing = false;
    expect(await call("c")).toBe("c");
  });

  it("sends each call of a batch that failed once more alone, when told to: a bad one costs no other its answer", async () => {
    const sent: number[][] = [];
    const call = batched(
      async (questions: number[]) => {
        sent.push(questions);
        if (questions.includes(2)) throw new Error("two is bad");
        return questions;
      },
      { apart: true },
    );
    const told = await Promise.allSettled([call(1), call(2), call(3)]);
    expect(told.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(sent).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(await call(4)).toBe(4);
  });
});
