import { type Count, logEvidenceAbove, logEvidenceBelow } from "./e-process.ts";

/** What the log e-values must reach, and the accuracy that they are held against. */
export interface Target {
  bar: number;
  /** Log e-value that lets the category go. */
  logAbove: number;
  /** Log e-value that shows it to be under the bar. */
  logBelow: number;
}

/**
 * About how many more answers it takes until a category is decided, if answers go on being right as often as they were:
 * the evidence is followed along that path. A projection, not a promise, and for planning alone: no decision reads it.
 * The share right so far is taken with one right and one wrong answer added, so that a handful of answers does not
 * promise too much.
 *
 * @returns 0 where it is decided already; null where nothing is known yet, or more than `MOST` would be needed
 */
export function neededAnswers(count: Count, target: Target): number | null {
  if (count.n === 0) return null;
  const share = (count.correct + 1) / (count.n + 2);
  const decided = (more: number) => {
    const then = { n: count.n + more, correct: count.correct + share * more };
    return (
      logEvidenceAbove(target.bar, then) >= target.logAbove || logEvidenceBelow(target.bar, then) >= target.logBelow
    );
  };
  if (decided(0)) return 0;
  let high = 1;
  while (!decided(high)) {
    high *= 2;
    if (high > MOST) return null;
  }
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (decided(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Whether it is worth asking on: whether `more` answers would decide the category, if the labeller were right as often as it
 * was so far, or by `ERRORS` standard errors more or less often. What is not worth it stays undecided, with people; to stop
 * for that reason is as safe as to stop for any other.
 */
export function worthAsking(count: Count, { bar, logAbove, logBelow }: Target, more: number): boolean {
  const share = (count.correct + 1) / (count.n + 2);
  const reach = ERRORS * Math.sqrt((share * (1 - share)) / (count.n + 2));
  const then = (accuracy: number) => ({ n: count.n + more, correct: count.correct + accuracy * more });
  return (
    logEvidenceAbove(bar, then(Math.min(1, share + reach))) >= logAbove ||
    logEvidenceBelow(bar, then(Math.max(0, share - reach))) >= logBelow
  );
}

const ERRORS = 2;
/** Nobody answers more than this to learn whether one category is over the bar. */
const MOST = 20_000;
