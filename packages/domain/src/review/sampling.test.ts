import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random, shuffled } from "../random.ts";
import { drawEvaluationSet, evaluationSetText } from "./evaluation-set.ts";
import { drawSample } from "./sample.ts";

const pool = fc.uniqueArray(
  fc.record({
    assetId: fc.uuid(),
    groupId: fc.nat(25).map((n) => `group-${n}`),
    doubt: fc.double({ min: 0, max: 1, noNaN: true }),
    rare: fc.option(fc.constantFrom("1:2", "9:0", "70:3")),
  }),
  { selector: ({ assetId }) => assetId, maxLength: 80 },
);
const NONE = { evaluated: [], sampled: [] };
const many = Array.from({ length: 400 }, (_, n) => ({
  assetId: `a${String(n).padStart(3, "0")}`,
  groupId: `g${n}`,
  doubt: (n % 100) / 100,
}));

describe("the evaluation set", () => {
  it("is the same for the same pool and seed, in whatever order the pool was read", () => {
    fc.assert(
      fc.property(pool, fc.string(), (assets, seed) => {
        const mixed = shuffled(assets, random("mix"));
        expect(drawEvaluationSet(mixed, 10, { seed })).toEqual(drawEvaluationSet(assets, 10, { seed }));
      }),
    );
  });

  it("is uniform: every asset is drawn about equally often", () => {
    const drawn = new Map<string, number>();
    for (let seed = 0; seed < 400; seed++) {
      for (const { assetId } of drawEvaluationSet(many, 40, { seed: String(seed) }).items)
        drawn.set(assetId, (drawn.get(assetId) ?? 0) + 1);
    }
    // 400 draws at probability .1: mean 40, standard deviation 6
    expect(drawn.size).toBe(400);
    expect(Math.max(...drawn.values())).toBeLessThan(40 + 5 * 6);
    expect(Math.min(...drawn.values())).toBeGreaterThan(40 - 5 * 6);
  });

  it("is hashed over its ids in one order", () => {
    expect(evaluationSetText(["b", "a"])).toBe("a\nb\n");
  });
});

describe("an iteration's sample", () => {
  it("never holds an evaluation asset, an earlier one, or a near duplicate of either or of another", () => {
    fc.assert(
      fc.property(pool, fc.nat(30), fc.string(), fc.constantFrom(0, 0.1, 0.5), (assets, size, seed, rareShare) => {
        const shares = { size, rareShare, uniformShare: 0.15 };
        const evaluated = drawEvaluationSet(assets, 5, { seed }).items;
        const first = drawSample(assets, { evaluated, sampled: [] }, { ...shares, seed: `${seed}.1` });
        const second = drawSample(assets, { evaluated, sampled: first }, { ...shares, seed: `${seed}.2` });
        const all = [...evaluated, ...first, ...second];
        expect(new Set(all.map(({ groupId }) => groupId)).size).toBe(all.length);
        const groups = new Set(assets.map(({ groupId }) => groupId)).size;
        expect(all.length).toBe(Math.min(groups, evaluated.length + first.length + second.length));
        expect(first.length).toBe(Math.min(size, groups - evaluated.length));
      }),
    );
  });

  it("is the same for the same pool, taken assets and seed, in whatever order they were read", () => {
    fc.assert(
      fc.property(pool, fc.nat(30), fc.string(), fc.constantFrom(0, 0.1, 0.5), (assets, size, seed, rareShare) => {
        const shares = { size, rareShare, uniformShare: 0.15, seed };
        const evaluated = drawEvaluationSet(assets, 5, { seed }).items;
        const drawn = drawSample(assets, { evaluated, sampled: [] }, shares);
        const mixed = (order: string) => shuffled(assets, random(order));
        expect(drawSample(mixed("mix"), { evaluated: evaluated.toReversed(), sampled: [] }, shares)).toEqual(drawn);
      }),
    );
  });

  it("draws other assets for another seed", () => {
    const drawn = (seed: string) => drawSample(many, NONE, { size: 40, seed }).map(({ assetId }) => assetId);
    expect(drawn("one")).not.toEqual(drawn("two"));
  });

  it("prefers doubt and still draws from every quarter", () => {
    const drawn = drawSample(many, NONE, { size: 100, seed: "s" });
    const doubt = new Map(many.map(({ assetId, doubt }) => [assetId, doubt]));
    const quarter = (assetId: string) => Math.floor((doubt.get(assetId) ?? 0) * 4);
    expect([0, 1, 2, 3].map((place) => drawn.filter(({ assetId }) => quarter(assetId) === place).length)).toEqual([
      10, 20, 30, 40,
    ]);
  });

  it("stores inclusion probabilities that weigh the sample back to the pool", () => {
    const totals = Array.from({ length: 50 }, (_, seed) =>
      drawSample(many, NONE, { size: 40, seed: String(seed) }).reduce(
        (sum, { probability }) => sum + 1 / probability,
        0,
      ),
    );
    expect(totals.every((total) => Math.abs(total - 400) < 1e-6)).toBe(true);
  });

  it("gives rare options their quota, the rarest first, and no more", () => {
    const pool = many.map((asset, n) => ({ ...asset, doubt: 0, rare: n < 2 ? "1:9" : n < 8 ? "4:2" : null }));
    const drawn = drawSample(pool, NONE, { size: 40, seed: "s", rareShare: 0.1 });
    const place = new Map(pool.map(({ assetId }, n) => [assetId, n]));
    const n = (from: number, to: number) =>
      drawn.filter(({ assetId }) => (place.get(assetId) ?? 0) >= from && (place.get(assetId) ?? 0) < to).length;
    expect([n(0, 2), n(2, 8), drawn.length]).toEqual([2, 2, 40]);
    expect(new Set(drawn.filter(({ assetId }) => (place.get(assetId) ?? 9) < 8).map((one) => one.probability))).toEqual(
      new Set([1, 2 / 6]),
    );
  });

  it("draws a share uniformly, from surest to most doubtful alike", () => {
    const place = new Map(many.map(({ assetId, doubt }) => [assetId, Math.floor(doubt * 4)]));
    const counts = [0, 0, 0, 0];
    for (let seed = 0; seed < 200; seed++) {
      const drawn = drawSample(many, NONE, { size: 40, seed: `${seed}`, uniformShare: 0.15 });
      expect(drawn).toHaveLength(40);
      const uniform = drawn.filter((one) => one.uniform);
      expect(uniform).toHaveLength(6);
      for (const { assetId } of uniform) {
        const quarter = place.get(assetId) ?? 0;
        counts[quarter] = (counts[quarter] ?? 0) + 1;
      }
    }
    // 1,200 draws over quarters from which 3, 6, 10 and 15 of 100 are drawn before: standard deviation 15
    const left = [97, 94, 90, 85].map((rest) => (1200 * rest) / 366);
    for (const [quarter, expected] of left.entries())
      expect(Math.abs((counts[quarter] ?? 0) - expected)).toBeLessThan(75);
  });

  it("draws each asset as often as the probability it stores says", () => {
    const pool = many
      .slice(0, 60)
      .map((asset, n) => ({ ...asset, groupId: `g${n % 50}`, rare: n % 20 === 0 ? "1:9" : null }));
    const times = new Map<string, { drawn: number; expected: number }>();
    const runs = 3_000;
    // the probability depends on the draw only through which member stands for its group: summed over runs, both agree
    let [total, weighed] = [0, 0];
    for (let seed = 0; seed < runs; seed++) {
      for (const { assetId, probability } of drawSample(pool, NONE, {
        size: 12,
        seed: `${seed}`,
        rareShare: 0.25,
        uniformShare: 0.25,
      })) {
        const one = times.get(assetId) ?? { drawn: 0, expected: probability };
        one.drawn++;
        times.set(assetId, one);
        total += 1;
        weighed += 1 / probability;
      }
    }
    expect(total).toBe(12 * runs);
    // Horvitz and Thompson (1952): the sum of 1 / probability is an unbiased count of the pool, here of all 60
    expect(weighed / runs).toBeGreaterThan(58);
    expect(weighed / runs).toBeLessThan(62);
    expect(times.size).toBe(60);
  });
});
