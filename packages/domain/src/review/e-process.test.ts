import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../random.ts";
import { confidenceSequence, lowerBound, upperBound } from "./confidence-sequence.ts";
import { logEvidenceAbove, logEvidenceBelow } from "./e-process.ts";

/** Chance of `correct` of n right answers at accuracy p. */
function binomial(n: number, correct: number, p: number): number {
  let log = correct * Math.log(p) + (n - correct) * Math.log(1 - p);
  for (let k = 1; k <= correct; k++) log += Math.log((n - correct + k) / k);
  return Math.exp(log);
}

const counts = fc.nat(200).chain((n) => fc.nat(n).map((correct) => ({ n, correct })));
const inside = fc.double({ min: 0.02, max: 0.98, noNaN: true });

describe("the evidence about an accuracy", () => {
  it("is an e-value at the bar exactly: its expectation is 1, at every n and bar", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 120 }), inside, (n, bar) => {
        for (const log of [logEvidenceAbove, logEvidenceBelow]) {
          let expectation = 0;
          for (let correct = 0; correct <= n; correct++)
            expectation += binomial(n, correct, bar) * Math.exp(log(bar, { n, correct }));
          expect(expectation).toBeCloseTo(1, 6);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("expects less than 1 on the wrong side of the bar", () => {
    for (const [truth, log] of [
      [0.8, logEvidenceAbove],
      [0.9, logEvidenceBelow],
    ] as const) {
      let expectation = 0;
      for (let correct = 0; correct <= 100; correct++)
        expectation += binomial(100, correct, truth) * Math.exp(log(0.85, { n: 100, correct }));
      expect(expectation).toBeLessThan(0.7);
    }
  });

  it("is a martingale from answer to answer, so that looking at it often buys nothing", () => {
    fc.assert(
      fc.property(counts, inside, (count, bar) => {
        for (const log of [logEvidenceAbove, logEvidenceBelow]) {
          const now = log(bar, count);
          const grown = (right: number) => Math.exp(log(bar, { n: count.n + 1, correct: count.correct + right }) - now);
          expect(bar * grown(1) + (1 - bar) * grown(0)).toBeCloseTo(1, 8);
        }
      }),
    );
  });

  it("grows with every right answer above, and with every wrong one below", () => {
    fc.assert(
      fc.property(counts, inside, ({ n, correct }, bar) => {
        fc.pre(correct < n);
        expect(logEvidenceAbove(bar, { n, correct: correct + 1 })).toBeGreaterThan(
          logEvidenceAbove(bar, { n, correct }),
        );
        expect(logEvidenceBelow(bar, { n, correct: correct + 1 })).toBeLessThan(logEvidenceBelow(bar, { n, correct }));
      }),
    );
  });

  it("is nothing without answers", () => {
    expect(logEvidenceAbove(0.85, { n: 0, correct: 0 })).toBeCloseTo(0, 12);
    expect(logEvidenceBelow(0.85, { n: 0, correct: 0 })).toBeCloseTo(0, 12);
  });
});

describe("the confidence sequence", () => {
  it("holds the share right, within 0 and 1, and is wider for a smaller alpha", () => {
    fc.assert(
      fc.property(counts, (count) => {
        const wide = confidenceSequence(count, 0.01);
        const narrow = confidenceSequence(count, 0.2);
        const share = count.n === 0 ? 0.5 : count.correct / count.n;
        expect(0 <= wide.low && wide.low <= narrow.low && narrow.low <= share).toBe(true);
        expect(share <= narrow.high && narrow.high <= wide.high && wide.high <= 1).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("ends at the bar just where the evidence is 1 / alpha", () => {
    const count = { n: 90, correct: 84 };
    const alpha = 0.05;
    expect(logEvidenceAbove(lowerBound(count, alpha), count)).toBeCloseTo(-Math.log(alpha), 4);
    expect(logEvidenceBelow(upperBound(count, alpha), count)).toBeCloseTo(-Math.log(alpha), 4);
  });

  it("covers the truth on both sides however often one looks", () => {
    const draw = random("confidence sequence");
    for (const truth of [0.3, 0.85, 0.97]) {
      const misses = Array.from({ length: 250 }, () => {
        let correct = 0;
        for (let n = 1; n <= 150; n++) {
          if (draw() < truth) correct++;
          if (n % 10 > 0) continue;
          const limit = -Math.log(0.05 / 2);
          // the truth lies outside of the sequence just where one of its two tests refutes it
          if (logEvidenceAbove(truth, { n, correct }) >= limit || logEvidenceBelow(truth, { n, correct }) >= limit)
            return true;
        }
        return false;
      }).filter(Boolean).length;
      expect(misses / 250).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 250));
    }
  });
});
