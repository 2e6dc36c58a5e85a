import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideCategories } from "./gate.ts";
import { decideLoop, humanShare, ITERATION_STATES, type IterationFacts, nextStep } from "./iteration.ts";
import { ReviewPolicy } from "./policy.ts";

const policy = ReviewPolicy.parse({ rule: "point" });
const facts: IterationFacts = {
  state: "sampling",
  poolReady: true,
  openTasks: 0,
  learnable: 10,
  learned: true,
  learningFailed: null,
  openAnnotateTasks: 0,
  unanswered: 0,
};

describe("an iteration's walk", () => {
  it.each<[Partial<IterationFacts>, object]>([
    [
      { state: "sampling", poolReady: false },
      { do: "wait", for: "pool" },
    ],
    [{ state: "sampling" }, { do: "move", to: "labelling" }],
    [
      { state: "labelling", openTasks: 1 },
      { do: "wait", for: "people" },
    ],
    [{ state: "labelling" }, { do: "move", to: "adjudicating" }],
    [
      { state: "adjudicating", openTasks: 1 },
      { do: "wait", for: "people" },
    ],
    [{ state: "adjudicating" }, { do: "move", to: "learning" }],
    [
      { state: "adjudicating", learnable: 0 },
      { do: "move", to: "annotating" },
    ],
    [
      { state: "learning", learned: false },
      { do: "wait", for: "learning" },
    ],
    [
      { state: "learning", learned: false, learningFailed: "out of memory" },
      { do: "give-up", reason: "learning-failed" },
    ],
    [{ state: "learning" }, { do: "move", to: "annotating" }],
    [{ state: "annotating", unanswered: 5 }, { do: "annotate" }],
    [
      { state: "annotating", unanswered: 5, openAnnotateTasks: 1 },
      { do: "wait", for: "annotation" },
    ],
    [{ state: "annotating" }, { do: "move", to: "scoring" }],
    [{ state: "scoring" }, { do: "move", to: "spreading" }],
    [{ state: "spreading", unanswered: 5 }, { do: "annotate" }],
    [{ state: "spreading" }, { do: "move", to: "closed" }],
    [{ state: "closed" }, { do: "wait", for: "nothing" }],
  ])("with %o does %o", (some, step) => {
    expect(nextStep({ ...facts, ...some })).toEqual(step);
  });

  it("only ever moves forward, and ends once everything waited for is there", () => {
    const any = fc.record({
      poolReady: fc.boolean(),
      openTasks: fc.nat(3),
      learnable: fc.nat(3),
      learned: fc.boolean(),
      learningFailed: fc.constantFrom(null, "x"),
      openAnnotateTasks: fc.nat(3),
      unanswered: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 30 }), (ticks) => {
        let state: IterationFacts["state"] = "sampling";
        for (const tick of [...ticks, ...ITERATION_STATES.map(() => facts)]) {
          const step = nextStep({ ...facts, ...tick, state });
          if (step.do === "give-up") return;
          if (step.do === "move") {
            expect(ITERATION_STATES.indexOf(step.to)).toBeGreaterThan(ITERATION_STATES.indexOf(state));
            state = step.to;
          }
        }
        expect(state).toBe("closed");
      }),
    );
  });
});

describe("the loop", () => {
  const decided = (...tallies: [number, number][]) =>
    decideCategories(
      tallies.map(([n, correct], index) => ({ category: index + 1, n, correct })),
      policy,
      { attempt: 1 },
    );
  const loop = {
    decisions: decided([100, 90], [100, 50], [2, 2]),
    spent: 100,
    unsampled: 50,
    history: [{ accuracy: 0.7, settled: 1 }],
  };

  it("asks people on about what is not over the bar, and about what nothing is known of", () => {
    expect(decideLoop(loop, policy)).toEqual({ stop: null, asked: [2, 3], settled: [1] });
  });

  it("takes a category back that fell below the bar", () => {
    const fallen = { ...loop, decisions: decided([100, 80], [100, 90], [2, 2]) };
    expect(decideLoop(fallen, policy).asked).toContain(1);
  });

  it("ends when every category with evidence is over the bar", () => {
    expect(decideLoop({ ...loop, decisions: decided([100, 90], [100, 99], [2, 0]) }, policy).stop).toBe("all-decided");
  });

  it("does not end because nothing is known of anything", () => {
    expect(decideLoop({ ...loop, decisions: decided([2, 2], [0, 0]) }, policy).stop).toBe(null);
  });

  it("ends when the answers or the iterations are spent", () => {
    expect(decideLoop(loop, { ...policy, budget: 100 }).stop).toBe("budget-spent");
    expect(decideLoop(loop, { ...policy, budget: 101 }).stop).toBe(null);
    expect(decideLoop(loop, { ...policy, maxIterations: 1 }).stop).toBe("budget-spent");
  });

  it("ends when nothing is left to sample", () => {
    expect(decideLoop({ ...loop, unsampled: 0 }, policy).stop).toBe("pool-exhausted");
  });

  it("ends when neither accuracy nor a category is gained for as long as patience lasts", () => {
    const history = (...accuracies: number[]) => accuracies.map((accuracy) => ({ accuracy, settled: 1 }));
    const stop = (...accuracies: number[]) => decideLoop({ ...loop, history: history(...accuracies) }, policy).stop;
    expect(stop(0.7, 0.7)).toBe(null);
    expect(stop(0.7, 0.7, 0.701)).toBe("no-progress");
    expect(stop(0.7, 0.8, 0.8)).toBe(null);
    expect(decideLoop({ ...loop, history: [...history(0.7, 0.7), { accuracy: 0.7, settled: 2 }] }, policy).stop).toBe(
      null,
    );
  });

  it("reports what people spent against labelling everything", () => {
    expect(humanShare(700, 100, 70, 20)).toEqual({ ofApplicable: 0.35, ofAll: 0.1 });
    expect(humanShare(0, 0, 70, 20)).toEqual({ ofApplicable: null, ofAll: null });
  });
});
