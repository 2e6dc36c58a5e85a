import type { ConsentSignal } from "../source/consent.ts";
import { type Permitting, permit } from "../source/permission.ts";
import type { ReleasePolicy } from "./policy.ts";

/** Why an asset is left out of a version: short, stable, countable. In the order they are asked. */
export const LEFT_OUT = ["opted-out", "not-for-training", "not-for-redistribution"] as const;
export type LeftOut = (typeof LEFT_OUT)[number];

/** Where an asset comes from, as its version must know it. */
export interface Origin extends Permitting {
  /** As its source wrote it. */
  licence: string | null;
  /** The signal by which whoever speaks for it keeps it out of training now; null when none does. */
  reservedBy: ConsentSignal | null;
}

/**
 * Why an asset may not be in a version, if so. A version exists to be trained on, so what may not be trained on is always left out; what may
 * not be given on is left out of versions that will be. One image must not hold up all others, hence left out and counted, not refused.
 */
export function leftOut(origin: Origin, policy: Pick<ReleasePolicy, "redistributed">): LeftOut | undefined {
  if (origin.reservedBy !== null) return "opted-out";
  if (!permit(origin, "train", origin.licence).permitted) return "not-for-training";
  if (policy.redistributed && !permit(origin, "redistribute", origin.licence).permitted)
    return "not-for-redistribution";
  return undefined;
}
