import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNSURE } from "../annotate/answer.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import type { Ballot } from "./agreement.ts";
import { drawHoneypots, knownAssets } from "./honeypots.ts";

const all = primeHuman.categories.map(({ n }) => n);
const vote = (values: Record<number, number>) => ({
  categories: all,
  said: new Map(Object.entries(values).map(([n, value]) => [Number(n), value])),
});
const ballot = (...votes: Record<number, number>[]): Ballot => ({ pages: votes.length, votes: votes.map(vote) });
const six = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0 };

describe("an asset to test people with", () => {
  it("is one that two people agree about, and is silent where they do not", () => {
    const known = knownAssets(primeHuman, new Map([["a", ballot(six, { ...six, 6: 1 })]]), all);
    expect(known).toHaveLength(1);
    expect(known[0]?.truth.slice(0, 7)).toEqual([0, 0, 0, 0, 0, UNSURE, -1]);
  });

  it("is none that one person answered, nor one where too few of the asked questions are agreed on", () => {
    const ballots = new Map([
      ["alone", ballot(six)],
      ["differing", ballot(six, { ...six, 1: 1, 2: 1 })],
    ]);
    expect(knownAssets(primeHuman, ballots, all)).toEqual([]);
    expect(knownAssets(primeHuman, new Map([["a", ballot(six, six)]]), [1, 2, 3])).toEqual([]);
  });
});

describe("drawing honeypots", () => {
  it("shows every known asset equally often, counting what was shown before, whatever the order it is read in", () => {
    const assets = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(assets, fc.integer({ min: 1, max: 40 }), (ids, count) => {
        const known = ids.map((assetId) => ({ assetId, truth: [] }));
        const drawn = drawHoneypots(known, new Map(), { count, seed: "s" });
        expect(drawn).toHaveLength(count);
        expect(drawHoneypots(known.toReversed(), new Map(), { count, seed: "s" })).toEqual(drawn);
        const times = ids.map((id) => drawn.filter(({ assetId }) => assetId === id).length);
        expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
        const pages = drawn.map(({ assetId, turn }) => `${assetId}/${turn}`);
        expect(new Set(pages).size).toBe(count);
      }),
    );
  });

  it("draws nothing from nothing", () => {
    expect(drawHoneypots([], new Map(), { count: 3, seed: "s" })).toEqual([]);
  });
});
