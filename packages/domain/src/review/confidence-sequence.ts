import { type Count, logEvidenceAbove, logEvidenceBelow } from "./e-process.ts";

/** Bounds that hold at every n at once, with probability 1 - alpha. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * A two-sided confidence sequence of an accuracy: the values that neither side's e-process refutes at alpha / 2. One may
 * look at it after every answer, and stop when one likes.
 */
export function confidenceSequence(count: Count, alpha: number): Interval {
  return { low: lowerBound(count, alpha / 2), high: upperBound(count, alpha / 2) };
}

/** The smallest accuracy that the evidence does not refute at `alpha`: an anytime-valid one-sided lower bound. */
export function lowerBound(count: Count, alpha: number): number {
  if (count.n === 0) return 0;
  const limit = -Math.log(alpha);
  return refutedUpTo((p) => logEvidenceAbove(p, count) >= limit);
}

/** The largest accuracy that the evidence does not refute at `alpha`. */
export function upperBound(count: Count, alpha: number): number {
  if (count.n === 0) return 1;
  const limit = -Math.log(alpha);
  return 1 - refutedUpTo((p) => logEvidenceBelow(1 - p, count) >= limit);
}

/** Where the run of refuted values that starts at 0 ends; never past a value that stands. */
function refutedUpTo(refuted: (p: number) => boolean): number {
  let low = 0;
  // the wealth need not fall monotonously in p: walk up to the first p that stands, then narrow that step
  for (let step = 1; step < STEPS && refuted(step / STEPS); step++) low = step / STEPS;
  let high = low + 1 / STEPS;
  for (let round = 0; round < 20; round++) {
    const middle = (low + high) / 2;
    if (refuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const STEPS = 200;
