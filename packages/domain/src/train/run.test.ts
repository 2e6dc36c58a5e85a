import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ARMS, armRuns, TrainingPolicy } from "./run.ts";

const policies = fc.record({
  recipe: fc.constantFrom("sd15_tiny" as const, "debug" as const),
  seeds: fc.integer({ min: 1, max: 20 }),
});

describe("a version's training", () => {
  it("pairs every seed with HOLA and with β = 0, and gives no two runs one id", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), policies, (version, given) => {
        const runs = armRuns(version, TrainingPolicy.parse(given));
        expect(new Set(runs.map(({ id }) => id)).size).toBe(runs.length);
        for (let seed = 0; seed < given.seeds; seed++) {
          expect(runs.filter((run) => run.seed === seed).map(({ arm }) => arm)).toEqual([...ARMS]);
        }
        expect(runs.every(({ arm, overrides }) => (arm === "plain") === (overrides.beta === 0))).toBe(true);
      }),
    );
  });

  it("gives both arms the same steps, and the weight of the loss to HOLA alone", () => {
    const [hola, plain] = armRuns(1, TrainingPolicy.parse({ steps: 50, beta: 2, seeds: 1 }));
    expect(hola?.overrides).toEqual({ steps: 50, beta: 2 });
    expect(plain?.overrides).toEqual({ steps: 50, beta: 0 });
  });

  it("refuses a policy that is no training", () => {
    for (const wrong of [{ seeds: 0 }, { beta: 0 }, { recipe: "sdxl" }, { steps: 1.5 }, { arms: 3 }]) {
      expect(TrainingPolicy.safeParse(wrong).success).toBe(false);
    }
  });
});
