import { type Estimate, type Labelled, normalInterval, type PpiOptions, type Predicted, ppiMean } from "./ppi.ts";

/** One part of the population, sampled on its own. */
export interface Stratum {
  labelled: readonly Labelled[];
  pool: Predicted;
  /** Share of the population; shares of all strata sum to 1. */
  share: number;
}

/**
 * The mean over a population that was sampled part by part: each part's PPI++ estimate, weighed by its share, with a
 * lambda of its own (Fisch, Maynez, Hofer, Dhingra, Globerson and Cohen 2024, "Stratified prediction-powered
 * inference", arXiv 2406.04291, §3). Each part needs two labels; lambda in the result is the mean by shares.
 *
 * @throws RangeError when the shares do not sum to 1
 */
export function stratifiedPpiMean(strata: readonly Stratum[], options: PpiOptions): Estimate {
  const whole = strata.reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(whole - 1) > 1e-9) throw new RangeError(`The strata's shares sum to ${whole}, not to 1.`);
  const parts = strata.map(({ labelled, pool, share }) => ({ share, ...ppiMean(labelled, pool, options) }));
  const sum = (of: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + of(part), 0);
  const estimate = sum((part) => part.share * part.estimate);
  const standardError = Math.sqrt(sum((part) => (part.share * part.standardError) ** 2));
  return {
    ...{ estimate, standardError, lambda: sum((part) => part.share * part.lambda) },
    ...normalInterval(estimate, standardError, options),
  };
}
