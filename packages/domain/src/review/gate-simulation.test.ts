import { describe, expect, it } from "vitest";
import { AT_THE_BAR, MIXED, PROJECTS, simulateGates } from "./gate-simulation.fixture.ts";
import { BETAS, simulateCoverage } from "./ppi-simulation.fixture.ts";

const fixed = PROJECTS.cap * MIXED.length;

// the same with 2,000 projects and all that is printed is in gate-simulation.long.test.ts
describe("projects of 70 correlated categories, looked at after every 10 answers", () => {
  it("lose at most alpha of what they let go to categories that are not over the bar", { timeout: 30_000 }, () => {
    for (const accuracies of [MIXED, AT_THE_BAR]) {
      const { evidence, thrifty, pointPeeking } = simulateGates({ ...PROJECTS, projects: 150, accuracies });
      for (const gate of [evidence, thrifty]) {
        expect(gate.falseShare).toBeLessThanOrEqual(PROJECTS.alpha);
        expect(gate.trueGraduations).toBeGreaterThan(35);
      }
      expect(pointPeeking.falseShare).toBeGreaterThan(2 * PROJECTS.alpha);
    }
  });

  it("need less than half of the answers that a fixed number asks for, and let fewer bad categories go", () => {
    const { thrifty, pointOnce } = simulateGates({ ...PROJECTS, projects: 100, accuracies: MIXED });
    expect(thrifty.answers).toBeLessThan(fixed / 2);
    expect(thrifty.falseGraduations).toBeLessThan(pointOnce.falseGraduations);
  });
});

describe("a pool's accuracy by prediction-powered betting", () => {
  it.each(BETAS)("is covered with confidences from Beta(%f, %f)", (...beta) => {
    const pools = { seed: "test", beta, pools: 2, poolSize: 5000, samplesPerPool: 100, alpha: 0.05 };
    expect(simulateCoverage({ ...pools, labels: 200 }).betting).toBeGreaterThanOrEqual(0.95);
    // where normal intervals fall short: few labels
    const few = simulateCoverage({ ...pools, labels: 20 });
    expect(few.betting).toBeGreaterThanOrEqual(0.95);
    expect(few.normal).toBeLessThan(0.95);
  });

  it("is known better by confidences that tell more", () => {
    const pools = { seed: "test", pools: 1, poolSize: 5000, samplesPerPool: 100, labels: 200, alpha: 0.05 };
    const [little, , much] = BETAS.map((beta) => simulateCoverage({ ...pools, beta }));
    expect(much?.bettingWidth).toBeLessThan((little?.bettingWidth ?? 0) * 0.95);
    expect(much?.normalWidth).toBeLessThan((much?.classicWidth ?? 0) * 0.9);
  });
});
