import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Metric, measured, pairedDifference } from "./metric.ts";
import { ATTRIBUTE_ACCURACY, decidePromotion, promotionId, VALIDATION_LOSS } from "./promotion.ts";
import { growthSays } from "./schedule.ts";

function metric(name: string, value: number, low: number | null = null): Metric {
  return { state: "measured", name, value, low, high: null, n: 1, seed: 0, method: "by hand", model: null };
}
const report = (loss: number, accuracy?: number, low?: number): Metric[] => [
  metric(VALIDATION_LOSS, loss),
  ...(accuracy === undefined ? [] : [metric(ATTRIBUTE_ACCURACY, accuracy, low ?? null)]),
];
const number = fc.double({ min: 0, max: 1, noNaN: true });

describe("the promotion's rule", () => {
  it("never promotes what has no validation loss", () => {
    const nothing: Metric[] = [{ state: "unavailable", name: VALIDATION_LOSS, method: "m", model: null }];
    expect(decidePromotion(nothing, undefined).promoted).toBe(false);
    expect(decidePromotion([], { metrics: report(1), sameRecipe: true }).promoted).toBe(false);
  });

  it("promotes a checkpoint that is its own equal, and one that is better in everything", () => {
    fc.assert(
      fc.property(number, number, number, number, (loss, accuracy, gain, better) => {
        const incumbent = { metrics: report(loss, accuracy), sameRecipe: true };
        expect(decidePromotion(incumbent.metrics, incumbent).promoted).toBe(true);
        expect(decidePromotion(report(loss - gain, accuracy + better), incumbent).promoted).toBe(true);
      }),
    );
  });

  it("never promotes a higher loss of the same recipe, nor an accuracy under the incumbent's lower bound", () => {
    fc.assert(
      fc.property(number, number, fc.double({ min: 1e-9, max: 1, noNaN: true }), (loss, low, worse) => {
        const metrics = report(loss, low + 0.1, low);
        for (const sameRecipe of [true, false]) {
          expect(decidePromotion(report(loss, low - worse), { metrics, sameRecipe }).promoted).toBe(false);
        }
        expect(decidePromotion(report(loss + worse, low + 0.1), { metrics, sameRecipe: true }).promoted).toBe(false);
      }),
    );
  });

  it("does not compare the losses of two recipes", () => {
    const metrics = report(0.1, 0.5);
    expect(decidePromotion(report(9, 0.6), { metrics, sameRecipe: false }).promoted).toBe(true);
    expect(decidePromotion(report(0.01), { metrics, sameRecipe: false }).promoted).toBe(false);
  });

  it("is named after the version for the recipe that generates, and after both for any other", () => {
    expect([promotionId(3, "sd15_tiny"), promotionId(3, "debug")]).toEqual(["diffusion-v3", "diffusion-v3-debug"]);
  });
});

describe("a paired difference", () => {
  const differences = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 });

  it("lies inside its interval, turns with its sign and moves with a shift", () => {
    fc.assert(
      fc.property(differences, fc.double({ min: -1, max: 1, noNaN: true }), (values, shift) => {
        const { mean, low, high } = pairedDifference(values) ?? { mean: NaN, low: NaN, high: NaN };
        expect(low).toBeLessThanOrEqual(mean);
        expect(high).toBeGreaterThanOrEqual(mean);
        const turned = pairedDifference(values.map((value) => -value));
        expect(turned?.low).toBeCloseTo(-high, 9);
        const moved = pairedDifference(values.map((value) => value + shift));
        expect(moved?.low).toBeCloseTo(low + shift, 9);
        expect(moved?.high).toBeCloseTo(high + shift, 9);
      }),
    );
  });

  it("agrees with a worked example: differences 1, 2, 3 have the interval 2 ± 4.303 · 1/√3", () => {
    const half = 4.303 / Math.sqrt(3);
    const found = pairedDifference([1, 2, 3]);
    expect(found).toMatchObject({ mean: 2, pairs: 3 });
    expect(found?.low).toBeCloseTo(2 - half, 6);
    expect(found?.high).toBeCloseTo(2 + half, 6);
  });

  it("claims nothing from one pair, and is nothing without one", () => {
    expect(pairedDifference([1])).toEqual({ mean: 1, low: -Infinity, high: Infinity, pairs: 1 });
    expect(pairedDifference([])).toBeUndefined();
  });
});

describe("what a report says", () => {
  it("is a number only where something was measured", () => {
    const metrics: Metric[] = [metric("a", 1), { state: "unavailable", name: "b", method: "m", model: null }];
    expect([measured(metrics, "a")?.value, measured(metrics, "b"), measured(metrics, "c")]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  it("opens the next turn from exactly the growth that was asked for", () => {
    expect([growthSays(10, 9).fires, growthSays(10, 10).fires]).toEqual([false, true]);
  });
});
