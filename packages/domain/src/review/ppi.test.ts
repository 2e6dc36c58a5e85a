import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { classicMean, effectiveLabels, type Labelled, momentsOf, ppiMean } from "./ppi.ts";
import { stratifiedPpiMean } from "./ppi-stratified.ts";

interface Golden {
  name: string;
  y: number[];
  f: number[];
  weight: number[] | null;
  pool: { n: number; mean: number; variance: number };
  alpha: number;
  lambda: number | null;
  tuned: number;
  estimate: number;
  intervals: Record<"two-sided" | "larger" | "smaller", [number | null, number | null]>;
  asked_larger: [number | null, number | null];
  classic: [number, number] | null;
}

const { cases, quantiles } = JSON.parse(readFileSync(new URL("../../goldens/ppi.json", import.meta.url), "utf8")) as {
  cases: Golden[];
  quantiles: [number, number][];
};

const labelledOf = ({ y, f, weight }: Golden): Labelled[] =>
  y.map((value, place) => ({ y: value, f: f[place] as number, weight: weight?.[place] ?? 1 }));
const optionsOf = ({ alpha, lambda }: Golden) => ({ alpha, ...(lambda !== null && { lambda }) });

describe("prediction-powered means", () => {
  it.each(cases)("are ppi_py's, digit by digit: $name", (golden) => {
    for (const alternative of ["two-sided", "larger", "smaller"] as const) {
      const ours = ppiMean(labelledOf(golden), golden.pool, { ...optionsOf(golden), alternative });
      expect(ours.estimate).toBeCloseTo(golden.estimate, 12);
      expect(ours.lambda).toBeCloseTo(golden.tuned, 8);
      const [low, high] = golden.intervals[alternative];
      expect(ours.low).toBeCloseTo(low ?? Number.NEGATIVE_INFINITY, 8);
      expect(ours.high).toBeCloseTo(high ?? Number.POSITIVE_INFINITY, 8);
    }
    if (golden.classic) {
      const classic = classicMean(labelledOf(golden), { alpha: golden.alpha });
      expect([classic.low, classic.high].map((bound) => bound.toFixed(10))).toEqual(
        golden.classic.map((bound) => bound.toFixed(10)),
      );
    }
  });

  it("keep the side that was asked for when lambda is tuned, which the reference forgets", () => {
    const golden = cases.find(({ lambda, weight }) => lambda === null && weight === null) as Golden;
    expect(golden.asked_larger[1]).not.toBeNull();
    const ours = ppiMean(labelledOf(golden), golden.pool, { alpha: golden.alpha, alternative: "larger" });
    expect(ours.high).toBe(Number.POSITIVE_INFINITY);
    expect(ours.low).toBeGreaterThan(golden.asked_larger[0] as number);
  });

  it("never trust misleading predictions, nor any more than fully", () => {
    const tuned = (name: string) => {
      const golden = cases.find((one) => one.name === name) as Golden;
      return ppiMean(labelledOf(golden), golden.pool, { alpha: 0.05 }).lambda;
    };
    expect(tuned("predictions that mislead")).toBe(0);
    expect(tuned("predictions that vary too little")).toBe(1);
  });

  it("are the classic mean where predictions do not vary, or lambda is 0", () => {
    fc.assert(
      fc.property(labels(), fc.double({ min: 0, max: 1, noNaN: true }), (labelled, same) => {
        const classic = classicMean(labelled, { alpha: 0.05 });
        const pool = { n: 100, mean: same, variance: 0.2 };
        const plain = ppiMean(labelled, pool, { alpha: 0.05, lambda: 0 });
        expect([plain.low, plain.high]).toEqual([classic.low, classic.high]);
        const constant = labelled.map(({ y }) => ({ y, f: same }));
        const flat = ppiMean(constant, { n: 100, mean: same, variance: 0 }, { alpha: 0.05 });
        const unweighted = classicMean(constant, { alpha: 0.05 });
        expect(flat.estimate).toBeCloseTo(unweighted.estimate, 9);
        expect(flat.standardError).toBeCloseTo(unweighted.standardError, 9);
      }),
    );
  });

  it("do not change with the unit of weights, nor by a constant added to all predictions once lambda is given", () => {
    fc.assert(
      fc.property(labels(), fc.double({ min: 0.1, max: 10, noNaN: true }), (labelled, unit) => {
        const pool = { n: 500, mean: 0.4, variance: 0.1 };
        const one = ppiMean(labelled, pool, { alpha: 0.05 });
        const scaled = labelled.map((item) => ({ ...item, weight: (item.weight ?? 1) * unit }));
        expect(ppiMean(scaled, pool, { alpha: 0.05 }).estimate).toBeCloseTo(one.estimate, 9);
        const moved = labelled.map(({ y, f }) => ({ y, f: f + unit }));
        const plain = labelled.map(({ y, f }) => ({ y, f }));
        const options = { alpha: 0.05, lambda: 0.7 };
        const shifted = ppiMean(moved, { ...pool, mean: pool.mean + unit }, options);
        expect(shifted.estimate).toBeCloseTo(ppiMean(plain, pool, options).estimate, 9);
      }),
    );
  });

  it("refuse what nothing can be learned from", () => {
    const pool = { n: 10, mean: 0.5, variance: 0 };
    expect(() => ppiMean([{ y: 1, f: 1 }], pool, { alpha: 0.05 })).toThrow(/two labelled/);
    expect(() =>
      ppiMean(
        [1, 0].map((y) => ({ y, f: y })),
        { ...pool, n: 0 },
        { alpha: 0.05 },
      ),
    ).toThrow(/prediction/);
  });

  // closed form: prevalence .3, predictions right in .95 of cases: 1 / (1 - rho²) with rho² = (.3·.7·.9)² / (.3·.7·.32·.68)
  it("save the share of labels that the correlation of labels and predictions allows", () => {
    const draw = random("prevalence");
    const make = () => {
      const y = draw() < 0.3 ? 1 : 0;
      return { y, f: draw() < 0.95 ? y : 1 - y };
    };
    const labelled = Array.from({ length: 20_000 }, make);
    const pool = { n: 4_000_000, mean: 0.32, variance: 0.32 * 0.68 };
    const saved = effectiveLabels(1, classicMean(labelled, { alpha: 0.05 }), ppiMean(labelled, pool, { alpha: 0.05 }));
    const rho2 = (0.3 * 0.7 * 0.9) ** 2 / (0.3 * 0.7 * 0.32 * 0.68);
    expect(saved).toBeGreaterThan((1 / (1 - rho2)) * 0.93);
    expect(saved).toBeLessThan((1 / (1 - rho2)) * 1.07);
  });
});

describe("stratified estimates", () => {
  it("weigh each part by its share of the population, however few were drawn from it", () => {
    const part = (y: number[]) => y.map((value) => ({ y: value, f: value }));
    const estimate = stratifiedPpiMean(
      [
        { labelled: part([1, 1, 1, 0]), pool: { n: 900, mean: 0.8, variance: 0.16 }, share: 0.9 },
        { labelled: part([0, 1, 0, 0, 0, 0, 0, 0]), pool: { n: 100, mean: 0.1, variance: 0.09 }, share: 0.1 },
      ],
      { alpha: 0.05, lambda: 1 },
    );
    expect(estimate.estimate).toBeCloseTo(0.9 * 0.8 + 0.1 * 0.1, 12);
    expect(estimate.standardError).toBeCloseTo(Math.sqrt(0.81 * (0.16 / 900) + 0.01 * (0.09 / 100)), 12);
  });

  it("are the plain estimate with one stratum, and refuse shares that are not whole", () => {
    const labelled = [1, 0, 1, 1].map((y, place) => ({ y, f: place / 4 }));
    const pool = { n: 50, mean: 0.4, variance: 0.05 };
    const one = stratifiedPpiMean([{ labelled, pool, share: 1 }], { alpha: 0.1 });
    expect(one.low).toBeCloseTo(ppiMean(labelled, pool, { alpha: 0.1 }).low, 12);
    expect(() => stratifiedPpiMean([{ labelled, pool, share: 0.5 }], { alpha: 0.1 })).toThrow(/sum to 0.5/);
  });
});

describe("the normal quantile", () => {
  it("is SciPy's", () => {
    for (const [p, expected] of quantiles)
      expect(Math.abs(normalQuantile(p) / (expected || 1) - (expected ? 1 : 0))).toBeLessThan(1e-13);
  });

  it("is the same on both sides of the middle", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.5, noNaN: true }), (p) => {
        expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 6);
      }),
    );
  });

  it("is what moments are measured by", () => {
    expect(momentsOf([1, 2, 3, 4])).toEqual({ mean: 2.5, variance: 1.25 });
  });
});

function labels() {
  const item = fc.record({
    y: fc.constantFrom(0, 1),
    f: fc.double({ min: 0, max: 1, noNaN: true }),
    weight: fc.double({ min: 0.2, max: 5, noNaN: true }),
  });
  return fc.array(item, { minLength: 2, maxLength: 40 });
}
