import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Drawable, drawEvaluationSet, topUpEvaluationSet } from "./evaluation-set.ts";
import { kinOfGroups } from "./kinship.ts";
import { drawSample } from "./sample.ts";

const assets = (from: number, to: number): Drawable[] =>
  Array.from({ length: to - from }, (_, n) => ({
    assetId: `a${String(from + n).padStart(4, "0")}`,
    groupId: `g${from + n}`,
  }));
const drawing = fc.uniqueArray(
  fc.record({
    assetId: fc.uuid(),
    groupId: fc.nat(25).map((n) => `group-${n}`),
    personKey: fc.option(fc.nat(9).map((n) => `person-${n}`)),
    doubt: fc.constant(0.5),
  }),
  { selector: ({ assetId }) => assetId, maxLength: 80 },
);
const ids = (some: readonly Drawable[]) => some.map(({ assetId }) => assetId);

describe("an evaluation set whose pool has changed", () => {
  it("is drawn from what came with the chance that was stored, and as often as what was there", () => {
    const [older, newer] = [assets(0, 200), assets(200, 600)];
    let [ofOlder, ofNewer, chance] = [0, 0, 0];
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const drawn = drawEvaluationSet(older, 20, { seed: `${run}` });
      const { items, added } = topUpEvaluationSet([...older, ...newer], drawn, { seed: `${run}` });
      expect(items).toHaveLength(20 + added.length);
      chance += drawn.inclusion / runs;
      ofOlder += 20 / 200 / runs;
      ofNewer += added.length / 400 / runs;
    }
    // the mean of the 21st smallest of 200 uniform numbers is 21/201; 400 runs know it to about .001
    expect(chance).toBeCloseTo(21 / 201, 2);
    expect(ofNewer).toBeCloseTo(chance, 2);
    expect(ofOlder).toBeCloseTo(chance, 1);
  });

  it("loses what the pool no longer holds, has it again when it comes back, and is the same where nothing changed", () => {
    const pool = assets(0, 100);
    const drawn = drawEvaluationSet(pool, 10, { seed: "s" });
    expect(topUpEvaluationSet(pool, drawn, { seed: "s" })).toEqual({ items: drawn.items, added: [], departed: [] });
    const [gone] = drawn.items;
    const without = topUpEvaluationSet(
      pool.filter(({ assetId }) => assetId !== gone?.assetId),
      drawn,
      { seed: "s" },
    );
    expect(without).toMatchObject({ added: [], departed: [gone] });
    const back = topUpEvaluationSet(pool, { ...drawn, items: without.items }, { seed: "s" });
    expect(back).toMatchObject({ items: drawn.items, added: [gone] });
  });

  it("shares no picture, near duplicate or person with any sample, before and after, in either direction", () => {
    fc.assert(
      fc.property(drawing, drawing, fc.string(), (older, newer, seed) => {
        const pool = [...older, ...newer.filter(({ assetId }) => !older.some((one) => one.assetId === assetId))];
        const drawn = drawEvaluationSet(older, 4, { seed });
        const first = drawSample(older, { evaluated: drawn.items, sampled: [] }, { size: 8, seed });
        const known = new Map(pool.map((one) => [one.assetId, one]));
        const sampled = first.map(({ assetId }) => known.get(assetId) as Drawable);
        const { added, items } = topUpEvaluationSet(pool, drawn, { seed, sampled });
        const second = drawSample(
          pool,
          { evaluated: [...drawn.items, ...items], sampled },
          { size: 8, seed: `${seed}.2` },
        );

        const kinOf = kinOfGroups(pool);
        const kinds = (some: readonly { groupId: string }[]) => some.map(({ groupId }) => kinOf.get(groupId));
        const evaluated = new Set(kinds(items));
        expect(kinds(second).some((kin) => evaluated.has(kin))).toBe(false);
        const learned = new Set(kinds(sampled));
        expect(kinds(added).some((kin) => learned.has(kin))).toBe(false);
        expect(new Set(ids(items)).size).toBe(items.length);
      }),
    );
  });

  it("counts as one kin what hangs together by persons and near duplicates", () => {
    const kin = kinOfGroups([
      { assetId: "a", groupId: "1", personKey: "x" },
      { assetId: "b", groupId: "2", personKey: "x" },
      { assetId: "c", groupId: "2", personKey: "w" },
      { assetId: "d", groupId: "3", personKey: "w" },
      { assetId: "e", groupId: "4", personKey: null },
    ]);
    expect([...kin.values()]).toEqual(["person w", "person w", "person w", "group 4"]);
  });
});
