import type { Labelled } from "./ppi.ts";

/** Values that all lie within bounds known beforehand. */
export interface Bounded {
  values: readonly number[];
  least: number;
  most: number;
}

/**
 * A confidence interval for the mean of bounded values that holds at every sample size, not only for large ones: the hedged
 * capital interval (Waudby-Smith and Ramdas 2024, JRSS B 86(1), §4.3, Theorem 3, with the bets of §4.3 for a fixed
 * sample size). For each candidate mean somebody bets that the truth is higher and somebody that it is lower;
 * candidates against which either gets rich are refuted. Bets only read values before them, so the order of the values has
 * to be a random one.
 *
 * @returns bounds inside of `least`..`most`; both of them without values
 */
export function bettingInterval({ values, least, most }: Bounded, alpha: number): { low: number; high: number } {
  const range = most - least;
  if (values.length === 0 || range <= 0) return { low: least, high: most };
  const scaled = values.map((value) => Math.min(1, Math.max(0, (value - least) / range)));
  const stakes = stakesOf(scaled, alpha);
  // candidates are refuted from either end inwards: each hedge's capital is monotone in the candidate
  const low = refutedBelow(scaled, stakes, Math.log(2 / alpha));
  const high =
    1 -
    refutedBelow(
      scaled.map((value) => 1 - value),
      stakes,
      Math.log(2 / alpha),
    );
  return { low: least + range * Math.min(low, high), high: least + range * Math.max(low, high) };
}

/**
 * The mean of `y` over a pool whose predictions are all known, by betting: the pool is the population, so the mean of its
 * predictions is exact, and y + lambda (that mean - f) of a uniformly drawn item is a bounded value whose mean is what we
 * look for, whatever lambda is. Each item's lambda is tuned on the items before it, which keeps that true (predictable tuning,
 * as in Csillag, Struchiner and Goedert 2025, "Prediction-powered e-values", arXiv 2502.04294).
 * Items drawn with unequal chances bring weights: the chance that a uniform draw would have had over their own.
 * Predictions widen the range that a bet has to survive, which costs more than they tell while labels are few: below
 * `WORTH_TUNING` of them the labels stand alone.
 *
 * @param labelled y and f in 0..1, in random order
 * @param poolMean mean prediction over the whole pool, labelled items included
 */
export function bettingPpiInterval(
  labelled: readonly Labelled[],
  { poolMean, alpha }: { poolMean: number; alpha: number },
): { low: number; high: number } {
  const heaviest = labelled.reduce((largest, { weight = 1 }) => Math.max(largest, weight), 1);
  const worth = labelled.length >= WORTH_TUNING;
  const tuned = worth ? tunedOnThePast(labelled) : labelled.map(() => 0);
  const { low, high } = bettingInterval(
    {
      values: labelled.map(({ y, f, weight = 1 }, place) => {
        const lambda = tuned[place] as number;
        return weight * (y - lambda * f) + lambda * poolMean;
      }),
      least: worth ? poolMean - heaviest : 0,
      most: worth ? poolMean + heaviest : heaviest,
    },
    alpha,
  );
  return { low: Math.min(1, Math.max(0, low)), high: Math.min(1, Math.max(0, high)) };
}

/** Found by `npm run bench -- gate`: at 40 labels the interval was a sixth wider with predictions, at 200 narrower. */
const WORTH_TUNING = 100;

/** For each item Cov(y, f) / Var f of the items before it, cut to 0..1; near 0 while there are few. */
function tunedOnThePast(labelled: readonly Labelled[]): number[] {
  let [n, y, f, fy, ff] = [0, 0, 0, 0, 0];
  return labelled.map((item) => {
    const lambda = n < 2 ? 0 : (fy - (f * y) / n) / (ff - (f * f) / n + 0.1);
    n += 1;
    y += item.y;
    f += item.f;
    fy += item.f * item.y;
    ff += item.f ** 2;
    return Math.min(1, Math.max(0, lambda));
  });
}

/** Bets sized for a sample of this length, from the mean and variance so far: the more the values vary, the smaller. */
function stakesOf(values: readonly number[], alpha: number): number[] {
  let [sum, squares] = [0.5, 0.25];
  return values.map((value, place) => {
    const stake = Math.sqrt((2 * Math.log(2 / alpha)) / (values.length * (squares / (place + 1))));
    sum += value;
    squares += (value - sum / (place + 2)) ** 2;
    return stake;
  });
}

/** The largest m such that betting on "higher than m" refutes it and all below it. */
function refutedBelow(values: readonly number[], stakes: readonly number[], limit: number): number {
  const refuted = (m: number) => {
    let log = 0;
    for (let place = 0; place < values.length; place++) {
      const stake = Math.min(stakes[place] as number, TRUNCATE / m);
      log += Math.log1p(stake * ((values[place] as number) - m));
      // anytime-valid: having been rich once is enough
      if (log >= limit) return true;
    }
    return false;
  };
  let [low, high] = [0, 1];
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (refuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Bets never risk more than this share of what would ruin them. */
const TRUNCATE = 0.5;
