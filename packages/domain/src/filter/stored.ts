import { z } from "zod";
import { Cuts } from "./ranking.ts";
import { DropReason, Measurement } from "./verdict.ts";

/** A candidate that the filter ended, with what was measured on it as it is stored. */
export const JudgedCandidate = z.object({
  id: z.string(),
  sourceId: z.string(),
  externalId: z.string(),
  url: z.string(),
  /** The asset it became, also one that has left the pool since. */
  assetId: z.string().nullable(),
  /** Whether its bytes can be shown. */
  viewable: z.boolean(),
  kept: z.boolean(),
  /** The one reason that was recorded; null for what was kept. */
  reason: DropReason.nullable(),
  /** Version of the thresholds that decided. */
  thresholds: z.string(),
  /** Absent where nothing was measured: the same bytes again, or what crashed its decoder. */
  measured: Measurement.optional(),
  /** Its source's cuts under the thresholds in force, where a gate goes by rank. */
  cuts: Cuts.optional(),
});
export type JudgedCandidate = z.infer<typeof JudgedCandidate>;

/**
 * What is stored of a measurement: with the verdict of what was dropped, with the asset of what was kept. Undefined where nothing was
 * measured, or what stands there is no measurement of ours.
 */
export function storedMeasurement(
  verdict: unknown,
  asset: { measures: unknown; models: unknown } | null,
): Measurement | undefined {
  const stored = { models: [], ...record(verdict), ...record(asset?.measures), ...(asset && { models: asset.models }) };
  const parsed = Measurement.safeParse(stored);
  if (!parsed.success) return undefined;
  const { fault, width } = parsed.data;
  return fault === undefined && width === undefined ? undefined : parsed.data;
}

/** The reason as it is recorded; null for none, or for one that this version does not know. */
export function storedReason(reason: string | null): DropReason | null {
  return DropReason.safeParse(reason).data ?? null;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
