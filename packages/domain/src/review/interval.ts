import { random } from "../random.ts";

/** Where a figure lies with the confidence that its maker names. */
export interface Interval {
  low: number;
  high: number;
}

/** A figure with its interval, and how many observations it rests on. */
export interface Estimate extends Interval {
  value: number;
  n: number;
}

/** The normal distribution's 97.5 % quantile: half the width of a 95 % interval in standard errors. */
export const Z95 = 1.959_963_984_540_054;

/**
 * The exact interval of a share after `correct` of `n` (Clopper and Pearson 1934, Biometrika 26): it covers the truth at
 * least with probability 1 - alpha, at every n. Without observations it is [0, 1].
 */
export function exactInterval(correct: number, n: number, alpha = 0.05): Interval {
  if (n === 0) return { low: 0, high: 1 };
  return {
    low: correct === 0 ? 0 : betaQuantile(alpha / 2, correct, n - correct + 1),
    high: correct === n ? 1 : betaQuantile(1 - alpha / 2, correct + 1, n - correct),
  };
}

/** A share with its exact 95 % interval; null where nothing was counted. */
export function exactShare(correct: number, n: number): Estimate | null {
  return n === 0 ? null : { value: correct / n, n, ...exactInterval(correct, n) };
}

/**
 * The 95 % percentile interval of a statistic over items drawn again with replacement (Efron 1979, Annals of Statistics
 * 7(1)). Draws without a value (null) are left out; where none has one the interval is null.
 */
export function bootstrapInterval<Item>(
  items: readonly Item[],
  statistic: (drawn: readonly Item[]) => number | null,
  { draws = 1000, seed = "bootstrap" }: { draws?: number; seed?: string } = {},
): Interval | null {
  const chance = random(seed);
  const found: number[] = [];
  for (let draw = 0; draw < draws && items.length > 0; draw++) {
    const value = statistic(items.map(() => items[Math.floor(chance() * items.length)] as Item));
    if (value !== null) found.push(value);
  }
  if (found.length === 0) return null;
  found.sort((a, b) => a - b);
  const at = (share: number) => found[Math.min(found.length - 1, Math.floor(share * found.length))] as number;
  return { low: at(0.025), high: at(0.975) };
}

/** The x at which the beta distribution's share below x is `share`, by halving. */
function betaQuantile(share: number, a: number, b: number): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (betaShare(middle, a, b) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function by its continued fraction (DLMF 8.17.22), in Lentz's form. */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // the fraction converges fast only on this side
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  let [c, d] = [1, 1 / nonZero(1 - ((a + b) * x) / (a + 1))];
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return front * fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** ln Γ by Lanczos' approximation, g = 7, nine terms (Godfrey 2001): 15 digits. */
function logGamma(x: number): number {
  const terms = LANCZOS.reduce((sum, term, place) => sum + (place === 0 ? term : term / (x - 1 + place)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(terms);
}

const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];
