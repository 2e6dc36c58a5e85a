import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eBenjaminiHochberg } from "./e-bh.ts";

const logs = fc.array(fc.double({ min: -5, max: 12, noNaN: true }), { minLength: 1, maxLength: 70 });
const alphas = fc.double({ min: 0.001, max: 0.5, noNaN: true });

/** The definition, word for word: the most k for which at least k e-values are K / (alpha k) or more. */
function byDefinition(all: readonly number[], alpha: number): number {
  for (let k = all.length; k > 0; k--)
    if (all.filter((log) => log >= Math.log(all.length / (alpha * k))).length >= k) return k;
  return 0;
}

describe("e-BH", () => {
  it("chooses as many as its definition, and the largest", () => {
    fc.assert(
      fc.property(logs, alphas, (all, alpha) => {
        const { chosen } = eBenjaminiHochberg(all, alpha);
        expect(chosen.filter(Boolean)).toHaveLength(byDefinition(all, alpha));
        const least = Math.min(...all.filter((_, place) => chosen[place]));
        expect(all.every((log, place) => chosen[place] || log < least)).toBe(true);
      }),
    );
  });

  it("unchooses nothing when an e-value or alpha grows", () => {
    fc.assert(
      fc.property(logs, alphas, fc.nat(), fc.double({ min: 0, max: 5, noNaN: true }), (all, alpha, at, more) => {
        const before = eBenjaminiHochberg(all, alpha).chosen;
        const grown = all.map((log, place) => (place === at % all.length ? log + more : log));
        for (const after of [
          eBenjaminiHochberg(grown, alpha),
          eBenjaminiHochberg(all, Math.min(1, alpha * (1 + more))),
        ])
          expect(before.every((chosen, place) => !chosen || after.chosen[place])).toBe(true);
      }),
    );
  });

  it("says what one more would need: with exactly that it is chosen, with less it is not", () => {
    fc.assert(
      fc.property(logs, alphas, (all, alpha) => {
        const { chosen, logNeeded } = eBenjaminiHochberg(all, alpha);
        const left = chosen.indexOf(false);
        fc.pre(left >= 0);
        const withIt = (log: number) =>
          eBenjaminiHochberg(
            all.map((own, place) => (place === left ? log : own)),
            alpha,
          ).chosen[left];
        expect(withIt(logNeeded + 1e-9)).toBe(true);
      }),
    );
  });

  it("is Bonferroni's rule for a single hypothesis among many, and the plain test for one alone", () => {
    expect(eBenjaminiHochberg([Math.log(20) + 1e-9], 0.05).chosen).toEqual([true]);
    expect(eBenjaminiHochberg([Math.log(20) - 1e-9], 0.05).chosen).toEqual([false]);
    expect(eBenjaminiHochberg([Math.log(39), ...[0]], 0.05).chosen).toEqual([false, false]);
    expect(eBenjaminiHochberg([Math.log(40) + 1e-9, 0], 0.05).chosen).toEqual([true, false]);
    // two together need half as much each
    expect(eBenjaminiHochberg([Math.log(21), Math.log(21)], 0.05).chosen).toEqual([true, true]);
  });

  // two of two with e-values that are each 1/alpha with chance alpha, at the worst dependence: never both at once
  it("keeps the false share under alpha for e-values that exclude each other", () => {
    const alpha = 0.1;
    const K = 10;
    // each hypothesis holds; exactly one of them has all the wealth: e = K with chance 1/K, and never reaches K/alpha
    for (let rich = 0; rich < K; rich++) {
      const e = Array.from({ length: K }, (_, place) => Math.log(place === rich ? K : 1e-300));
      expect(eBenjaminiHochberg(e, alpha).chosen.some(Boolean)).toBe(false);
    }
  });
});
