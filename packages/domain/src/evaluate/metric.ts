import { z } from "zod";
import { ModelIdentity } from "../model.ts";

/**
 * One number of a report, or the statement that there is none. `low`/`high` bound a bootstrap interval at 95 %; `n` is
 * the number of samples behind it. A slot without a model is `unavailable` and carries no value.
 */
export const Metric = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("measured"),
    name: z.string().min(1),
    value: z.number(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    n: z.number().int().min(0),
    seed: z.number().int().nullable(),
    method: z.string(),
    model: ModelIdentity.nullable(),
  }),
  z.object({
    state: z.literal("unavailable"),
    name: z.string().min(1),
    method: z.string(),
    model: ModelIdentity.nullable(),
  }),
]);
export type Metric = z.infer<typeof Metric>;
export type MeasuredMetric = Extract<Metric, { state: "measured" }>;

/** A metric's measurement in a report, or undefined when it is unavailable or missing. */
export function measured(metrics: readonly Metric[], name: string): MeasuredMetric | undefined {
  const metric = metrics.find((one) => one.name === name);
  return metric?.state === "measured" ? metric : undefined;
}

export interface PairedDifference {
  mean: number;
  /** Bounds of the 95 % interval of the mean; equal to the mean when there is only one pair. */
  low: number;
  high: number;
  pairs: number;
}

/** Two-sided 97.5 % quantiles of Student's t by degrees of freedom, 1 to 20. */
const T_975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086,
];

/**
 * The mean of paired differences over seeds with Student's t interval at 95 % (n − 1 degrees of freedom). Undefined
 * without a pair; with one pair there is no interval and the bounds are infinite.
 */
export function pairedDifference(differences: readonly number[]): PairedDifference | undefined {
  const n = differences.length;
  if (n === 0) return undefined;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, pairs: 1 };
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = (T_975[n - 2] ?? 1.96) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half, pairs: n };
}
