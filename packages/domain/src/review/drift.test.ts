import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { type Observation, watchDrift } from "./drift.ts";

const rule = { bar: 0.85, alpha: 0.001, window: 200 };

function answers(n: number, accuracy: number, draw: () => number): Observation[] {
  return Array.from({ length: n }, () => ({ right: draw() < accuracy, weight: 1 }));
}

describe("the drift alarm", () => {
  it("rings soon after a settled category fell to 70 %, however long it had been good", () => {
    const draw = random("a fall");
    const delays = Array.from({ length: 60 }, () => {
      const { rangAt } = watchDrift([...answers(600, 0.93, draw), ...answers(300, 0.7, draw)], rule);
      return (rangAt ?? 10_000) - 600;
    }).sort((a, b) => a - b);
    expect(delays[0]).toBeGreaterThan(0);
    expect(delays[30]).toBeLessThan(120);
    expect(delays[55]).toBeLessThan(250);
  });

  it("stays silent while a category is exactly at the bar, as long as it promises on average", () => {
    const draw = random("no fall");
    // at most t alpha of the runs may ring by answer t: 400 runs of 100 answers at alpha .001
    const rang = Array.from({ length: 400 }, () => watchDrift(answers(100, 0.85, draw), rule).rangAt !== null);
    expect(rang.filter(Boolean).length / 400).toBeLessThan(0.1 + 3 * Math.sqrt((0.1 * 0.9) / 400));
    const good = Array.from({ length: 60 }, () => watchDrift(answers(400, 0.93, draw), rule).rangAt !== null);
    expect(good.filter(Boolean).length).toBe(0);
  });

  it("hears the answers of an unequal draw by what they stand for: a rare, badly answered corner rings nothing", () => {
    const draw = random("weights");
    // half of the draws come from a tenth of the pool, where the labeller is right in half of the cases; over all it is .91
    const runs = Array.from({ length: 40 }, () =>
      Array.from({ length: 300 }, (_, place): Observation => {
        const corner = place % 2 === 0;
        return { right: draw() < (corner ? 0.5 : 0.955), weight: corner ? 0.2 : 1.8 };
      }),
    );
    expect(runs.filter((run) => watchDrift(run, rule).rangAt !== null).length).toBeLessThanOrEqual(2);
    const unweighted = runs.map((run) => run.map((one) => ({ ...one, weight: 1 })));
    expect(unweighted.filter((run) => watchDrift(run, rule).rangAt !== null).length).toBeGreaterThan(35);
  });

  it("never loses more than it staked: no bet falls below 0, whatever is answered", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ right: fc.boolean(), weight: fc.double({ min: 0, max: 8, noNaN: true }) }), {
          minLength: 1,
        }),
        fc.double({ min: 0.1, max: 0.99, noNaN: true }),
        (observations, bar) => {
          expect(watchDrift(observations, { ...rule, bar }).logEvidence).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        },
      ),
    );
  });

  it("says nothing without answers", () => {
    expect(watchDrift([], rule)).toEqual({ logEvidence: Number.NEGATIVE_INFINITY, rangAt: null });
  });
});
