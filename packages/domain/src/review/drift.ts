/** A fresh, blind answer about a settled category: whether the labeller was right, and how much it stands for. */
export interface Observation {
  right: boolean;
  /** The inverse of the chance it had of being drawn, over the mean of that inverse; 1 where all had the same. */
  weight: number;
}

export interface DriftRule {
  /** The accuracy that a settled category is held to. */
  bar: number;
  /** An unchanged category rings once in 1 / alpha answers or later, on average. */
  alpha: number;
  /** Answers that the alarm looks back over. */
  window: number;
}

export interface DriftAlarm {
  /** Natural logarithm of the evidence that the accuracy fell below the bar somewhere within the window, at the end. */
  logEvidence: number;
  /** The first answer, counted from 1, after which the evidence reached 1 / alpha; null where it never did. */
  rangAt: number | null;
}

/**
 * Watches a settled category for a fall below the bar. For each of the last `window` answers a bet is opened that the
 * accuracy is below the bar from there on; the evidence is the sum of all open bets: a Shiryaev–Roberts e-detector
 * (Shin, Ramdas and Rinaldo 2024, "E-detectors", New England Journal of Statistics in Data Science 2(2), §2–§3).
 * While the accuracy is at least the bar its expectation after t answers is at most t, so that on average at least
 * 1 / alpha answers go by before a false alarm. Because each bet starts afresh, a long good history does not hide a
 * recent fall; the window bounds what is kept, and can only lower the sum.
 *
 * One bet multiplies its wealth by 1 + stake · weight · (bar - right): fair at the bar, also for answers that were drawn
 * with unequal chances, as long as no weight exceeds 1 / (stake (1 - bar)). Stakes are cut to that.
 *
 * @param observations oldest first
 */
export function watchDrift(observations: readonly Observation[], { bar, alpha, window }: DriftRule): DriftAlarm {
  const heaviest = observations.reduce((most, { weight }) => Math.max(most, weight), 1);
  const stakes = SHARES.map((share) => share / (heaviest * (1 - bar)));
  // one row for each start within the window, one wealth a stake
  let open: number[][] = [];
  let evidence = 0;
  let rangAt: number | null = null;
  observations.forEach(({ right, weight }, place) => {
    open = [...open, stakes.map(() => 1)].slice(-window);
    open = open.map((wealths) =>
      wealths.map((wealth, index) => wealth * (1 + (stakes[index] as number) * weight * (bar - (right ? 1 : 0)))),
    );
    evidence = open.reduce((sum, wealths) => sum + mean(wealths), 0);
    if (rangAt === null && evidence >= 1 / alpha) rangAt = place + 1;
  });
  return { logEvidence: Math.log(evidence), rangAt };
}

/** Shares of the largest fair stake; the best one grows with the depth of the fall, so several are bet at once. */
const SHARES = [0.02, 0.05, 0.1, 0.2, 0.4];

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
