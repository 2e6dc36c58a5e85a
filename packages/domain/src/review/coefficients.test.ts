import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gwetAc1 } from "./ac1.ts";
import { REFERENCE } from "./coefficients.fixture.ts";
import { dawidSkene, type Rating } from "./dawid-skene.ts";
import { exactInterval, Z95 } from "./interval.ts";
import { cohenKappa } from "./kappa.ts";
import { krippendorffAlpha, pooledAlpha } from "./krippendorff.ts";

/** Krippendorff 2011, "Computing Krippendorff's alpha-reliability", section C: four observers, twelve units. */
const OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."];

const unitsOf = (rows: readonly string[]) =>
  Array.from(rows[0] ?? "", (_, unit) => rows.flatMap((row) => (row[unit] === "." ? [] : [Number(row[unit])])));

const raters = Object.entries(REFERENCE.raters);
const drawn = unitsOf(raters.map(([, row]) => row));
const pairs = (one: string, other: string) =>
  Array.from(one, (value, item) => [value, other[item]] as const)
    .filter(([a, b]) => a !== "." && b !== ".")
    .map(([a, b]) => [Number(a), Number(b)] as const);

const anyUnits = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 5 }), { maxLength: 12 });

describe("Krippendorff's alpha", () => {
  it("is .743 in Krippendorff's own example", () => {
    expect(krippendorffAlpha(unitsOf(OBSERVERS))?.value).toBeCloseTo(0.743, 3);
  });

  it("is what the Python package finds, and lies in its interval", () => {
    const alpha = krippendorffAlpha(drawn);
    expect(alpha?.value).toBeCloseTo(REFERENCE.alpha, 12);
    expect(alpha?.low).toBeLessThan(REFERENCE.alpha);
    expect(alpha?.high).toBeGreaterThan(REFERENCE.alpha);
  });

  it("never exceeds 1, is 1 only in full agreement, and does not care who said what", () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const alpha = krippendorffAlpha(units);
        const differ = units.some((unit) => new Set(unit).size > 1);
        if (alpha === null) return;
        expect(krippendorffAlpha(units.map((unit) => unit.toReversed()))?.value).toBeCloseTo(alpha.value, 9);
        expect(alpha.value > 1 - 1e-9).toBe(!differ);
      }),
      { numRuns: 40 },
    );
  });

  it("over two questions is between what it is for either, however their options are numbered", () => {
    const [one, other] = [drawn.slice(0, 20), drawn.slice(20)];
    const both = pooledAlpha([
      ...one.map((unit) => ({ question: 1, unit })),
      ...other.map((unit) => ({ question: 2, unit: unit.map((value) => value + 50) })),
    ])?.value as number;
    const single = [one, other].map((units) => krippendorffAlpha(units)?.value as number);
    expect(both).toBeGreaterThan(Math.min(...single));
    expect(both).toBeLessThan(Math.max(...single));
  });
});

describe("Gwet's AC1", () => {
  it("is .775 with a standard error of .143 in the example of Gwet's book", () => {
    const ac1 = gwetAc1(unitsOf(OBSERVERS), 5);
    expect(ac1?.value).toBeCloseTo(0.77544, 5);
    expect(((ac1?.value ?? 0) - (ac1?.low ?? 0)) / Z95).toBeCloseTo(0.14295, 4);
  });

  it("is what irrCAC finds, with its standard error", () => {
    const ac1 = gwetAc1(drawn, 4);
    expect(ac1?.value).toBeCloseTo(REFERENCE.ac1.value, 10);
    expect(((ac1?.high ?? 0) - (ac1?.value ?? 0)) / Z95).toBeCloseTo(REFERENCE.ac1.se, 10);
  });

  it("stays high where nearly all agree on the usual answer, and alpha does not", () => {
    const bareHeads = Array.from({ length: 100 }, (_, n) => (n < 4 ? [0, 1] : [0, 0]));
    expect(gwetAc1(bareHeads, 2)?.value).toBeGreaterThan(0.95);
    expect(krippendorffAlpha(bareHeads)?.value).toBeLessThan(0.01);
  });

  it("is 1 exactly in full agreement", () => {
    fc.assert(
      fc.property(anyUnits, (units) => {
        const ac1 = gwetAc1(units, 4);
        if (ac1) expect(ac1.value > 1 - 1e-12).toBe(units.every((unit) => new Set(unit).size <= 1));
      }),
    );
  });
});

describe("Cohen's kappa", () => {
  it("is what statsmodels finds, with its interval", () => {
    const [one, other] = raters.map(([, row]) => row) as [string, string];
    const kappa = cohenKappa(pairs(one, other));
    for (const figure of ["value", "low", "high"] as const) {
      expect(kappa?.[figure]).toBeCloseTo(REFERENCE.kappa[figure], 10);
    }
  });

  it("is the same for both raters, and nothing where chance agrees always", () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 30 }), (said) => {
        const there = cohenKappa(said);
        const back = cohenKappa(said.map(([a, b]) => [b, a] as const));
        expect(back === null).toBe(there === null);
        if (there && back) expect(back.value).toBeCloseTo(there.value, 10);
      }),
    );
    expect(cohenKappa([[1, 1]])).toBeNull();
    expect(cohenKappa([])).toBeNull();
  });
});

describe("Dawid and Skene's estimate", () => {
  const ratings: Rating[] = raters.flatMap(([rater, row]) =>
    [...row].flatMap((value, n) => (value === "." ? [] : [{ item: String(n), rater, value: Number(value) }])),
  );

  it("finds the truth that crowd-kit finds", () => {
    const { truth } = dawidSkene(ratings, 4, { rounds: 10, tolerance: 0 });
    REFERENCE.truth.forEach((chances, item) => {
      chances.forEach((chance, n) => {
        expect(truth.get(String(item))?.[n], `item ${item}, option ${n}`).toBeCloseTo(chance, 4);
      });
    });
  });

  it("gives chances that sum to 1, whoever answers what", () => {
    const rating = fc.record({
      item: fc.constantFrom("a", "b", "c", "d"),
      rater: fc.constantFrom("ada", "bob", "labeller"),
      value: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(rating, { minLength: 1, maxLength: 20 }), (said) => {
        const { truth, confusion, prior } = dawidSkene(said, 3);
        for (const row of [...truth.values(), ...[...confusion.values()].flat(), prior]) {
          expect(row.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
        }
      }),
    );
  });
});

describe("the exact interval of a share", () => {
  it("is what Clopper and Pearson's is", () => {
    // scipy 1.12 stats.binomtest(...).proportion_ci(method="exact")
    const known = [
      [0, 10, 0, 0.308_497],
      [7, 10, 0.347_547, 0.933_262],
      [85, 100, 0.764_693, 0.913_545],
      [9_000, 10_000, 0.893_951, 0.905_811],
    ] as const;
    for (const [correct, n, low, high] of known) {
      const interval = exactInterval(correct, n);
      expect(interval.low).toBeCloseTo(low, 5);
      expect(interval.high).toBeCloseTo(high, 5);
    }
  });

  it("always holds the share, and mirrors it", () => {
    const counts = fc.tuple(fc.nat({ max: 400 }), fc.integer({ min: 1, max: 400 })).filter(([k, n]) => k <= n);
    fc.assert(
      fc.property(counts, ([correct, n]) => {
        const { low, high } = exactInterval(correct, n);
        expect(low).toBeLessThanOrEqual(correct / n);
        expect(high).toBeGreaterThanOrEqual(correct / n);
        expect(exactInterval(n - correct, n).low).toBeCloseTo(1 - high, 9);
      }),
    );
  });
});
