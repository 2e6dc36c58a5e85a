import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { type AnsweredPage, measureAnchoring } from "./anchoring.ts";

/** Pages on which a person agrees as the picture is easy or hard, and a little more where the suggestion is shown. */
function pages(seed: number, sway: number): AnsweredPage[] {
  const draw = random(`anchoring ${seed}`);
  return Array.from({ length: 120 }, () => {
    const blind = draw() < 0.3;
    const ease = 0.55 + 0.4 * draw() + (blind ? 0 : sway);
    const answers = 20 + Math.floor(draw() * 15);
    const agreed = Array.from({ length: answers }, () => draw() < ease).filter(Boolean).length;
    return { blind, answers, agreed };
  });
}

describe("anchoring", () => {
  it("is the difference in agreement between shown and blind pages", () => {
    const { shown, blind, sway } = measureAnchoring([
      { blind: false, answers: 10, agreed: 9 },
      { blind: false, answers: 30, agreed: 27 },
      { blind: true, answers: 20, agreed: 16 },
      { blind: true, answers: 20, agreed: 14 },
      { blind: true, answers: 0, agreed: 0 },
    ]);
    expect(shown).toEqual({ pages: 2, answers: 40, agreement: 0.9 });
    expect(blind).toEqual({ pages: 2, answers: 40, agreement: 0.75 });
    // by hand: the shown pages agree alike, so their variance is 0; blind: 2/1 · ((16 − 15)² + (14 − 15)²) / 40² = 0.0025
    expect(sway?.difference).toBeCloseTo(0.15, 12);
    expect(sway?.low).toBeCloseTo(0.15 - 1.959964 * 0.05, 6);
    expect(sway?.high).toBeCloseTo(0.15 + 1.959964 * 0.05, 6);
  });

  it("says nothing of one page", () => {
    expect(measureAnchoring([{ blind: true, answers: 3, agreed: 1 }]).sway).toBeNull();
    expect(measureAnchoring([]).shown.agreement).toBeNull();
  });

  it.each([0, 0.04])(
    "covers the true difference about 95 times in 100, answers of a page not being independent: %s",
    (sway) => {
      const runs = 600;
      let covered = 0;
      for (let seed = 0; seed < runs; seed++) {
        const measured = measureAnchoring(pages(seed, sway)).sway;
        if (measured && measured.low <= sway && sway <= measured.high) covered++;
      }
      // 600 runs at .95: standard deviation .009; 36 clusters make the normal interval a little short
      expect(covered / runs).toBeGreaterThan(0.91);
      expect(covered / runs).toBeLessThan(0.98);
    },
  );
});
