import { normalQuantile } from "./normal-quantile.ts";

/** One labelled item: what people said as a number, what the labeller predicted, and its weight if draws were unequal. */
export interface Labelled {
  y: number;
  f: number;
  /** The inverse of the chance it had of being drawn, up to a constant; 1 when left out. */
  weight?: number;
}

/** Predictions on items without labels, already summed up: a pool of millions is one row of these. */
export interface Predicted {
  n: number;
  mean: number;
  /** Mean squared distance from the mean (over n, not n - 1). */
  variance: number;
}

export interface PpiOptions {
  alpha: number;
  alternative?: "two-sided" | "larger" | "smaller";
  /** How far predictions are trusted: 0 is the classic mean, 1 full PPI; left out, the share that makes the variance least. */
  lambda?: number;
}

export interface Estimate {
  estimate: number;
  standardError: number;
  low: number;
  high: number;
  lambda: number;
}

/**
 * The mean of `y` over the whole population, from few labels and many predictions: PPI++ (Angelopoulos, Duchi and Zrnic
 * 2023, arXiv 2311.01453, §2 and §6): mean(y) + lambda (mean(f, unlabelled) - mean(f, labelled)), whatever the
 * predictions are worth, with a normal interval. The arithmetic is that of ppi_py 0.2.3 (`ppi_mean_ci`), weights are
 * normalised to a mean of 1 as there. Two of its ways are not followed: an estimated lambda keeps the side that was asked
 * for, and is always cut to 0..1.
 *
 * @throws RangeError without two labelled items or without a prediction
 */
export function ppiMean(labelled: readonly Labelled[], pool: Predicted, options: PpiOptions): Estimate {
  if (labelled.length < 2) throw new RangeError("PPI needs at least two labelled items.");
  if (pool.n < 1) throw new RangeError("PPI needs at least one prediction without a label.");
  const items = normalised(labelled);
  const lambda = options.lambda ?? tunedLambda(items, pool);
  const { mean, variance } = momentsOf(items.map(({ y, f, weight }) => weight * (y - lambda * f)));
  const estimate = lambda * pool.mean + mean;
  const standardError = Math.sqrt((lambda ** 2 * pool.variance) / pool.n + variance / items.length);
  return { estimate, standardError, lambda, ...normalInterval(estimate, standardError, options) };
}

/** The mean of the labelled items alone, by the same arithmetic: what predictions are held against. */
export function classicMean(labelled: readonly Labelled[], options: Omit<PpiOptions, "lambda">): Estimate {
  return ppiMean(labelled, { n: 1, mean: 0, variance: 0 }, { ...options, lambda: 0 });
}

/** How many labels the classic mean would have needed for the same standard error (Kish's way of counting). */
export function effectiveLabels(n: number, classic: Estimate, ppi: Estimate): number {
  return ppi.standardError === 0 ? n : n * (classic.standardError / ppi.standardError) ** 2;
}

/** The interval of a normal estimate at the side that was asked for. */
export function normalInterval(
  estimate: number,
  standardError: number,
  { alpha, alternative = "two-sided" }: PpiOptions,
): { low: number; high: number } {
  const reach = standardError * normalQuantile(1 - (alternative === "two-sided" ? alpha / 2 : alpha));
  return {
    low: alternative === "smaller" ? Number.NEGATIVE_INFINITY : estimate - reach,
    high: alternative === "larger" ? Number.POSITIVE_INFINITY : estimate + reach,
  };
}

/** Population moments of numbers. */
export function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

type Weighted = Required<Labelled>;

function normalised(labelled: readonly Labelled[]): Weighted[] {
  const total = labelled.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return labelled.map(({ y, f, weight = 1 }) => ({ y, f, weight: (weight / total) * labelled.length }));
}

/**
 * The lambda of least variance, Cov(y, f) / ((1 + n/N) Var f), cut to 0..1; 0 where predictions do not vary. As in
 * ppi_py, values are centred at the untuned estimate before they are weighted, and Var f is over both parts together.
 */
function tunedLambda(items: readonly Weighted[], pool: Predicted): number {
  const n = items.length;
  const centre = pool.mean + momentsOf(items.map(({ y, f, weight }) => weight * (y - f))).mean;
  const ys = items.map(({ y, weight }) => weight * (y - centre));
  const fs = items.map(({ f, weight }) => weight * (f - centre));
  const [y, f] = [momentsOf(ys), momentsOf(fs)];
  const covariance = ys.reduce((sum, value, place) => sum + (value - y.mean) * ((fs[place] as number) - f.mean), 0) / n;
  const all = n + pool.n;
  const mean = (n * f.mean + pool.n * (pool.mean - centre)) / all;
  const squares = n * (f.variance + (f.mean - mean) ** 2) + pool.n * (pool.variance + (pool.mean - centre - mean) ** 2);
  const variance = squares / (all - 1);
  return variance > 0 ? Math.min(1, Math.max(0, covariance / ((1 + n / pool.n) * variance))) : 0;
}
