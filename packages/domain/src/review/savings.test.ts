import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { measureSavings, type SavingsFacts, Wage } from "./savings.ts";

/** The pilot and the full run of a project with 40 questions that apply, two people each, 4 s an answer. */
const FACTS: SavingsFacts = {
  pool: 20_000,
  categories: 70,
  overlap: 2,
  applicable: [38, 39, 40, 41, 42],
  spent: [
    { purpose: "evaluation", answers: 16_000 },
    { purpose: "sample", answers: 8_000 },
    { purpose: "honeypot", answers: 800 },
  ],
  imported: 50_000,
  lost: 400,
  pages: [
    { answers: 40, seconds: 120 },
    { answers: 40, seconds: 200 },
  ],
  accuracy: { n: 1_000, correct: 930 },
  wage: Wage.parse({ perHour: 18, currency: "EUR" }),
};

describe("the savings meter", () => {
  it("counts everything that people did against pool times applicable questions times overlap", () => {
    const savings = measureSavings(FACTS);
    expect(savings.baseline?.value).toBe(20_000 * 40 * 2);
    expect(savings.spent).toMatchObject({ answers: 24_800, lost: 400, imported: 50_000 });
    expect(savings.share?.value).toBeCloseTo(0.0155, 10);
    expect(savings.shareOfAll).toBeCloseTo(24_800 / 1_400_000, 10);
    expect(savings.hours?.spent.value).toBeCloseTo((24_800 * 4) / 3600, 6);
    expect(savings.hours?.saved.value).toBeCloseTo(((1_600_000 - 24_800) * 4) / 3600, 6);
    expect(savings.money).toMatchObject({ currency: "EUR", perHour: 18 });
    expect(savings.money?.saved.value).toBeCloseTo(18 * (savings.hours?.saved.value ?? 0), 6);
    expect(savings.accuracy?.value).toBe(0.93);
  });

  it("says from which pool on people do at most one in a hundred, and is right about it", () => {
    const at = measureSavings(FACTS).onePercentAt?.value as number;
    expect(at).toBe(31_000);
    expect(measureSavings({ ...FACTS, pool: at }).share?.value).toBeLessThanOrEqual(0.01);
    expect(measureSavings({ ...FACTS, pool: at - 1 }).share?.value).toBeGreaterThan(0.01);
  });

  it("is silent about what nobody measured yet", () => {
    const nothing = { ...FACTS, pool: 0, applicable: [], pages: [], accuracy: null, spent: [] };
    expect(measureSavings(nothing)).toMatchObject({
      ...{ baseline: null, share: null, shareOfAll: null, secondsPerAnswer: null, hours: null, money: null },
      ...{ accuracy: null, onePercentAt: null, spent: { answers: 0 } },
    });
  });

  it("has every figure within its interval, and a share that falls as the pool grows", () => {
    const facts = fc.record({
      pool: fc.integer({ min: 1, max: 1e7 }),
      applicable: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 }),
      pages: fc.array(
        fc.record({ answers: fc.integer({ min: 1, max: 70 }), seconds: fc.integer({ min: 1, max: 900 }) }),
        {
          minLength: 1,
          maxLength: 20,
        },
      ),
    });
    fc.assert(
      fc.property(facts, (drawn) => {
        const savings = measureSavings({ ...FACTS, ...drawn });
        const figures = [savings.applicablePerAsset, savings.baseline, savings.share, savings.secondsPerAnswer];
        for (const figure of [...figures, savings.hours?.saved, savings.onePercentAt]) {
          expect(figure).not.toBeNull();
          expect(figure?.low).toBeLessThanOrEqual(figure?.value ?? Number.NaN);
          expect(figure?.high).toBeGreaterThanOrEqual(figure?.value ?? Number.NaN);
        }
        const larger = measureSavings({ ...FACTS, ...drawn, pool: drawn.pool * 2 });
        expect(larger.share?.value).toBeCloseTo((savings.share?.value ?? 0) / 2, 9);
      }),
      { numRuns: 20 },
    );
  });

  it("covers the true seconds of an answer in about 19 of 20 projects", () => {
    let covered = 0;
    for (let project = 0; project < 100; project++) {
      const draw = random(`seconds ${project}`);
      const pages = Array.from({ length: 60 }, () => {
        const answers = 20 + Math.floor(draw() * 50);
        return { answers, seconds: answers * (2 + 4 * draw()) };
      });
      const { low, high } = measureSavings({ ...FACTS, pages }).secondsPerAnswer ?? { low: 0, high: 0 };
      if (low <= 4 && 4 <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(88);
  });
});
