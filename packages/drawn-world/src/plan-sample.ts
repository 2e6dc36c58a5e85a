import type { DrawOptions } from "./plan-picture.ts";
import { random } from "./random.ts";
import type { Defect } from "./truth.ts";

export interface SampleOptions {
  /** Share of samples with a defect, 0..1. */
  readonly defectShare?: number;
}

export const DEFECT_SHARE = 0.3;
/** How the defects of a source are mixed; a GPS tag is no reason to drop a picture and is common. */
const DEFECT_MIX: Readonly<Record<Defect, number>> = {
  "no-person": 3,
  "two-persons": 3,
  "small-face": 3,
  "too-small": 3,
  blur: 2.5,
  noise: 2,
  watermark: 2,
  cartoon: 2.5,
  "near-duplicate": 3,
  "broken-file": 1.5,
  "exif-gps": 3,
};

/** What a source's sample of this number is: the same for every caller with the same share. */
export function planSample(seed: number, { defectShare = DEFECT_SHARE }: SampleOptions = {}): DrawOptions {
  const r = random(seed, "sample");
  if (!r.chance(defectShare)) return { defect: null };
  const defect = r.weighted(DEFECT_MIX);
  if (defect !== "near-duplicate") return { defect };
  for (let original = seed - 1; original > seed - 40; original--)
    if (!random(original, "sample").chance(defectShare)) return { defect, duplicateOf: original };
  return { defect: null };
}
