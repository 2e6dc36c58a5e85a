import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { alphaAt, decideCategory, logWealth, lowerBound } from "./gate.ts";
import { ReviewPolicy } from "./policy.ts";

const policy = ReviewPolicy.parse({});
const tally = (n: number, correct: number) => ({ category: 1, n, correct });

/** The first n at which the bound passes `bar`, looking after every answer, or null within `most` answers. */
function firstPass(accuracy: number, bar: number, alpha: number, most: number, draw: () => number): number | null {
  const limit = -Math.log(alpha);
  let correct = 0;
  for (let n = 1; n <= most; n++) {
    if (draw() < accuracy) correct++;
    if (correct / n > bar && logWealth(bar, n, correct) >= limit) return n;
  }
  return null;
}

describe("the point rule", () => {
  it.each([
    [849, false],
    [850, false],
    [851, true],
  ])("of the paper lets %i right of 1000 go: %s", (correct, over) => {
    expect(decideCategory(tally(1000, correct), policy, 1).overPoint).toBe(over);
  });

  it("decides nothing on fewer answers than the policy wants", () => {
    expect(decideCategory(tally(4, 4), policy, 1)).toMatchObject({ overPoint: true, verdict: "no-evidence" });
    expect(decideCategory(tally(0, 0), policy, 1)).toMatchObject({
      accuracy: null,
      lowerBound: 0,
      verdict: "no-evidence",
    });
  });
});

describe("a category whose thing may be absent", () => {
  const costume = (correct: number) => ({ ...tally(100, 91), present: { n: 10, correct } });

  it("is settled only when it is right where the thing is there, too", () => {
    expect(decideCategory(costume(1), policy, 1)).toMatchObject({ overPoint: true, accuracy: 0.91, verdict: "open" });
    expect(decideCategory(costume(9), policy, 1).verdict).toBe("settled");
    expect(decideCategory(costume(9), { ...policy, rule: "bound" }, 1).verdict).toBe("open");
  });

  it("stays with people while hardly anybody was seen with it", () => {
    const rare = { ...tally(100, 99), present: { n: 2, correct: 2 } };
    expect(decideCategory(rare, policy, 1).verdict).toBe("no-evidence");
  });
});

describe("the lower bound", () => {
  it("stands beside the point rule, and the policy says which rules", () => {
    const decided = decideCategory(tally(40, 36), policy, 1);
    expect(decided).toMatchObject({ overPoint: true, overBound: false, verdict: "settled" });
    expect(decideCategory(tally(40, 36), { ...policy, rule: "bound" }, 1).verdict).toBe("open");
    expect(decideCategory(tally(400, 380), { ...policy, rule: "bound" }, 1).verdict).toBe("settled");
  });

  it("lies below the point, rises with evidence and falls with a smaller alpha", () => {
    const bounds = [10, 30, 100, 300, 1000].map((n) => lowerBound(n, Math.round(n * 0.9), 0.05));
    expect(bounds).toEqual([...bounds].sort((a, b) => a - b));
    expect(bounds.every((bound) => bound < 0.9)).toBe(true);
    expect(lowerBound(100, 90, 0.01)).toBeLessThan(lowerBound(100, 90, 0.05));
    expect(bounds[4]).toBeGreaterThan(0.865);
  });

  // 1,500 categories whose accuracy is exactly at the bar, looked at after each of 300 answers.
  it("lets a category at the bar go at most as often as alpha says, however often one looks", () => {
    const draw = random("gate coverage");
    const passes = Array.from({ length: 1500 }, () => firstPass(0.85, 0.85, 0.05, 300, draw)).filter((n) => n !== null);
    // 5 % and three standard errors; the rate itself must not be 0, or the test would hold for a bound that never passes
    expect(passes.length / 1500).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 1500));
    expect(passes.length).toBeGreaterThan(0);
  });

  it("is what the point rule is not: peeking at the point lets most such categories go", () => {
    const draw = random("peeking");
    const peeks = Array.from({ length: 300 }, () => {
      let correct = 0;
      for (let n = 1; n <= 300; n++) {
        if (draw() < 0.83) correct++;
        if (n >= 20 && n % 20 === 0 && correct / n > 0.85) return true;
      }
      return false;
    });
    expect(peeks.filter(Boolean).length / 300).toBeGreaterThan(0.5);
  });

  it("covers the truth of a poor category as well", () => {
    const draw = random("poor");
    const misses = Array.from({ length: 400 }, () => {
      let correct = 0;
      for (let n = 1; n <= 120; n++) {
        if (draw() < 0.4) correct++;
        if (n % 10 === 0 && lowerBound(n, correct, 0.05) > 0.4) return true;
      }
      return false;
    });
    expect(misses.filter(Boolean).length / 400).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 400));
  });

  it("lets a category at 95 % go within 150 answers, as a rule", () => {
    const draw = random("power");
    const stops = Array.from({ length: 200 }, () => firstPass(0.95, 0.85, 0.05, 600, draw) ?? 600).sort(
      (a, b) => a - b,
    );
    expect(stops[100]).toBeLessThan(100);
    expect(stops[180]).toBeLessThan(200);
  });

  it("shares alpha between iterations without ever spending more", () => {
    const spent = Array.from({ length: 10_000 }, (_, index) => alphaAt(0.05, index + 1)).reduce((a, b) => a + b);
    expect(spent).toBeLessThan(0.05);
    expect(spent).toBeGreaterThan(0.0499);
  });
});
