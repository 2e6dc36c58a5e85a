import { expect, it } from "vitest";
import { AT_THE_BAR, MIXED, PROJECTS, simulateGates } from "./gate-simulation.fixture.ts";
import { BETAS, simulateCoverage } from "./ppi-simulation.fixture.ts";

const projects = 4000;

it.each([
  { seed: "long one", correlation: 0.3 },
  { seed: "long two", correlation: 0 },
  { seed: "long three", correlation: 0.8 },
])("4,000 projects lose at most alpha of what they let go, whatever categories share: %o", (chance) => {
  for (const accuracies of [MIXED, AT_THE_BAR]) {
    const { evidence, thrifty, pointOnce } = simulateGates({ ...PROJECTS, ...chance, projects, accuracies });
    for (const gate of [evidence, thrifty]) expect(gate.falseShare).toBeLessThanOrEqual(PROJECTS.alpha);
    expect(thrifty.answers).toBeLessThan((PROJECTS.cap * MIXED.length) / 2);
    expect(thrifty.falseGraduations).toBeLessThan(pointOnce.falseGraduations);
  }
});

it("a category at the bar goes in at most alpha of 20,000 projects of its own, looked at after every answer", () => {
  const alone = { ...PROJECTS, seed: "alone", every: 1, cap: 600, projects: 20_000, accuracies: [0.85] };
  const { evidence } = simulateGates(alone);
  expect(evidence.anyFalse).toBeLessThanOrEqual(0.05);
  expect(evidence.anyFalse).toBeGreaterThan(0.01);
});

it.each(BETAS)("intervals of the pool's accuracy hold it in 95 % of 4,000 samples: Beta(%f, %f)", (...beta) => {
  for (const labels of [10, 40, 200]) {
    const found = simulateCoverage({
      ...{ seed: "long", beta, pools: 20, poolSize: 20_000 },
      ...{ samplesPerPool: 200, labels, alpha: 0.05 },
    });
    expect(found.betting).toBeGreaterThanOrEqual(0.95);
  }
});
