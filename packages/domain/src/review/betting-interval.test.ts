import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { bettingInterval, bettingPpiInterval } from "./betting-interval.ts";

describe("the betting interval", () => {
  it("covers the mean of a skewed, bounded value at 20 answers, where the normal interval does not", () => {
    const draw = random("betting");
    let [betting, normal] = [0, 0];
    for (let run = 0; run < 600; run++) {
      const values = Array.from({ length: 20 }, () => (draw() < 0.95 ? 1 : 0));
      const mean = values.reduce((sum: number, value) => sum + value, 0) / 20;
      const reach = 1.96 * Math.sqrt((mean * (1 - mean)) / 20);
      const { low, high } = bettingInterval({ values, least: 0, most: 1 }, 0.05);
      if (low <= 0.95 && 0.95 <= high) betting++;
      if (mean - reach <= 0.95 && 0.95 <= mean + reach) normal++;
    }
    expect(betting / 600).toBeGreaterThan(0.95);
    expect(normal / 600).toBeLessThan(0.7);
  });

  it("moves and stretches with its values, and holds still for those that are bounded otherwise", () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (values, by) => {
        const plain = bettingInterval({ values, least: 0, most: 1 }, 0.05);
        const scaled = { values: values.map((value) => by * value - 3), least: -3, most: by - 3 };
        const moved = bettingInterval(scaled, 0.05);
        expect(moved.low).toBeCloseTo(by * plain.low - 3, 6);
        expect(moved.high).toBeCloseTo(by * plain.high - 3, 6);
        expect(plain.low).toBeLessThanOrEqual(plain.high);
      }),
    );
  });

  it("knows nothing without values", () => {
    expect(bettingInterval({ values: [], least: 0, most: 1 }, 0.05)).toEqual({ low: 0, high: 1 });
  });

  it("narrows with good predictions, and covers the pool's own mean with labels drawn unequally, too", () => {
    const draw = random("betting ppi");
    const pool = Array.from({ length: 4000 }, () => {
      const f = draw() < 0.5 ? 0.97 : 0.55;
      return { f, y: draw() < f ? 1 : 0 };
    });
    const truth = pool.reduce((sum, { y }) => sum + y, 0) / pool.length;
    const poolMean = pool.reduce((sum, { f }) => sum + f, 0) / pool.length;
    let [covered, covered2] = [0, 0];
    let [width, plainWidth] = [0, 0];
    for (let run = 0; run < 200; run++) {
      // doubtful items are drawn three times as often as sure ones
      const chance = ({ f }: { f: number }) => (f > 0.9 ? 0.5 : 1.5);
      const labelled: { y: number; f: number; weight: number }[] = [];
      const uniform: { y: number; f: number }[] = [];
      while (labelled.length < 200) {
        const item = pool[Math.floor(draw() * pool.length)] as (typeof pool)[number];
        if (uniform.length < 200) uniform.push(item);
        if (draw() < chance(item) / 1.5) labelled.push({ ...item, weight: 1 / chance(item) });
      }
      const uniformShare = pool.reduce((sum, item) => sum + chance(item), 0) / pool.length;
      const weighted = labelled.map((item) => ({ ...item, weight: item.weight * uniformShare }));
      const one = bettingPpiInterval(weighted, { poolMean, alpha: 0.05 });
      const two = bettingPpiInterval(uniform, { poolMean, alpha: 0.05 });
      const plain = bettingInterval({ values: uniform.map(({ y }) => y), least: 0, most: 1 }, 0.05);
      if (one.low <= truth && truth <= one.high) covered++;
      if (two.low <= truth && truth <= two.high) covered2++;
      width += two.high - two.low;
      plainWidth += plain.high - plain.low;
    }
    expect(covered / 200).toBeGreaterThan(0.93);
    expect(covered2 / 200).toBeGreaterThan(0.93);
    expect(width).toBeLessThan(plainWidth * 1.05);
  });
});
