import type { Truth } from "@anyone/domain/filter/truth";
import type { DropReason } from "@anyone/domain/filter/verdict";
import type { Defect } from "./truth.ts";

/** What each defect is, in the filter's words. Where it was taken is cleaned off a picture, and no reason to drop it. */
const REASON: Readonly<Record<Defect, DropReason | null>> = {
  "no-person": "no-person",
  "two-persons": "several-persons",
  "small-face": "small-face",
  "too-small": "too-small",
  blur: "low-quality",
  noise: "low-quality",
  watermark: "watermarked",
  cartoon: "fake-person",
  "near-duplicate": null,
  "broken-file": "broken-file",
  "exif-gps": null,
};

/** What is as right to say of it: what no camera made is of no quality either, and what ruins a picture ruins its face. */
const ALSO: Readonly<Partial<Record<Defect, readonly DropReason[]>>> = {
  cartoon: ["low-quality", "low-face-quality"],
  blur: ["low-face-quality"],
  noise: ["low-face-quality"],
};

/** For which reasons the filter should drop a drawn picture. A near duplicate and its original are one group. */
export function dropTruth(drawn: { seed: number; defect: Defect | null; duplicateOf: number | null }): Truth {
  const { seed, defect, duplicateOf } = drawn;
  const reason = defect && REASON[defect];
  return {
    reasons: reason ? [reason] : [],
    also: defect ? [...(ALSO[defect] ?? [])] : [],
    group: `drawn ${duplicateOf ?? seed}`,
  };
}
