import type { Answer } from "@anyone/domain/annotate/answer";
import { checkRecord } from "@anyone/domain/annotate/check-record";
import { seeParts } from "@anyone/domain/annotate/evidence";
import { applicable, standings } from "@anyone/domain/annotate/gates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleTruth } from "./draw-person.ts";
import { planSample } from "./plan-sample.ts";
import { sampleAttributes } from "./sample-attributes.ts";
import type { DrawnTruth } from "./truth.ts";
import { CATEGORIES, CATEGORY_IDS, type Category, FRAMINGS, NOT_DRAWN, NOT_VISIBLE, PART_ID } from "./vocabulary.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const framings = fc.constantFrom(...FRAMINGS);

/** What the protocol asks of this picture when it is answered with its truth. */
function asked(truth: DrawnTruth): Record<string, Answer> {
  const evidence = seeParts(truth.partMap, 18);
  const record: Record<string, Answer> = {};
  for (
    let wave = applicable(primeHuman, record, evidence);
    wave.length > 0;
    wave = applicable(primeHuman, record, evidence)
  )
    for (const { id } of wave) record[id] = { value: truth.answers[id as Category] ?? "missing" };
  return record;
}

describe("the drawn truth", () => {
  it("uses the words of the protocol", () => {
    expect(CATEGORY_IDS).toEqual(primeHuman.categories.map(({ id }) => id));
    for (const { id, options, arity } of primeHuman.categories) {
      const words = CATEGORIES[id as Category];
      if (arity === "open") expect(options).toEqual(expect.arrayContaining(words));
      else expect(words).toEqual(options);
    }
  });

  it("answers everything that the gates ask, with an option or not_visible, and nothing that they do not ask", () => {
    fc.assert(
      fc.property(seeds, framings, (seed, framing) => {
        const truth = sampleTruth(seed, { framing });
        const record = asked(truth);
        for (const [id, { value }] of Object.entries(record))
          expect([...CATEGORIES[id as Category], NOT_VISIBLE]).toContain(value);
        expect(checkRecord(primeHuman, record).filter(({ level }) => level === "error")).toEqual([]);
        const open = standings(primeHuman, record, seeParts(truth.partMap, 18));
        for (const { id, index } of primeHuman.categories)
          if (open[index] !== "open") expect([undefined, NOT_VISIBLE]).toContain(truth.answers[id as Category]);
      }),
      { numRuns: 60 },
    );
  });

  it("is the same for the same seed", () => {
    expect(sampleTruth(77)).toEqual(sampleTruth(77));
    expect(sampleTruth(77).answers).not.toEqual(sampleTruth(78).answers);
  });

  it("holds boxes and part map together", () => {
    fc.assert(
      fc.property(seeds, framings, (seed, framing) => {
        const { partMap, people, width, height } = sampleTruth(seed, { framing });
        const [x0, y0, x1, y1] = (people[0] as DrawnTruth["people"][0]).box;
        for (let i = 0; i < partMap.ids.length; i++) {
          if (partMap.ids[i] === 0) continue;
          const [x, y] = [
            ((i % partMap.width) * width) / partMap.width,
            (Math.floor(i / partMap.width) * height) / partMap.height,
          ];
          if (x < x0 || x >= x1 || y < y0 || y >= y1)
            throw new Error(`pixel ${i} of the part map lies outside the box`);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("puts a face where the face box is", () => {
    fc.assert(
      fc.property(seeds, framings, (seed, framing) => {
        const { partMap, people, width, height } = sampleTruth(seed, {
          framing,
          attrs: { "eyewear.type": "none", "headscarf.wears": "no" },
        });
        const [x0, y0, x1, y1] = (people[0] as DrawnTruth["people"][0]).faceBox;
        const [x, y] = [((x0 + x1) / 2 / width) * partMap.width, (y0 * 0.4 + y1 * 0.6) * (partMap.height / height)];
        expect(partMap.ids[Math.floor(y) * partMap.width + Math.floor(x)]).toBe(PART_ID.face);
      }),
      { numRuns: 30 },
    );
  });

  it("draws, seen and answered, every option that can be drawn", { timeout: 60_000 }, () => {
    const missing: string[] = [];
    for (const id of CATEGORY_IDS)
      for (const option of CATEGORIES[id]) {
        if (NOT_DRAWN[id]?.includes(option) || option === "none" || option === "no") continue;
        if (!reached(id, option)) missing.push(`${id} = ${option}`);
      }
    expect(missing).toEqual([]);
  });

  it("refuses attributes that the protocol does not have", () => {
    expect(() => sampleTruth(1, { attrs: { "top.type": "toga" } })).toThrow(/toga/);
    expect(() => sampleTruth(1, { attrs: { "top.taste": "good" } as never })).toThrow(/top\.taste/);
  });

  it("has a long tail: the commonest top is drawn far more often than the rarest", () => {
    const tops = new Map<string, number>();
    for (let seed = 0; seed < 1500; seed++) {
      const top = sampleAttributes(seed, "portrait").values["top.type"] ?? "none";
      tops.set(top, (tops.get(top) ?? 0) + 1);
    }
    const counts = [...tops].filter(([top]) => top !== "none").map(([, count]) => count);
    expect(counts.length).toBeGreaterThan(10);
    expect(Math.max(...counts)).toBeGreaterThan(6 * Math.min(...counts));
  });

  it("plans a stream with about the share of defects that is asked for, each duplicate after its original", () => {
    const plans = Array.from({ length: 2000 }, (_, seed) => planSample(seed, { defectShare: 0.4 }));
    const defects = plans.filter(({ defect }) => defect);
    expect(defects.length / plans.length).toBeCloseTo(0.4, 1);
    expect(new Set(defects.map(({ defect }) => defect)).size).toBe(11);
    for (const [seed, { duplicateOf }] of plans.entries())
      if (duplicateOf !== undefined) {
        expect(duplicateOf).toBeLessThan(seed);
        expect(plans[duplicateOf]?.defect ?? null).toBeNull();
      }
    expect(planSample(5, { defectShare: 0 })).toEqual({ defect: null });
  });
});

function reached(id: Category, option: string): boolean {
  const shots = id === "frame.shot" ? [option as (typeof FRAMINGS)[number]] : (["full_body", "upper_body"] as const);
  const attrs = id === "frame.shot" ? {} : { [id]: option };
  for (const framing of shots)
    for (let seed = 1; seed < 9; seed++) if (sampleTruth(seed, { framing, attrs }).answers[id] === option) return true;
  return false;
}
