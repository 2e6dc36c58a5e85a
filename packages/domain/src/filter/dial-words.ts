import type { DialKey } from "./dials.ts";

/** How a person calls a dial, and what its score is counted in; no unit where the number alone says it. */
export const DIAL_WORDS: Readonly<Record<DialKey, { name: string; unit: string }>> = {
  shortSide: { name: "Short side", unit: "px" },
  longSide: { name: "Long side", unit: "px" },
  faceSide: { name: "Largest face, shorter side", unit: "px" },
  flatness: { name: "Flatness", unit: "of 1" },
  fakeness: { name: "Chance of a fake person", unit: "of 1" },
  brisque: { name: "BRISQUE", unit: "points" },
  quality: { name: "Quality", unit: "of 5" },
  faceCleanness: { name: "Cleanness of the face", unit: "of 1" },
  nsfw: { name: "Chance of unsafe content", unit: "of 1" },
  aesthetic: { name: "Aesthetic score", unit: "of 10" },
  watermark: { name: "Chance of a watermark", unit: "of 1" },
};

/** "224 px", "0.9 of 1"; "off" where there is no threshold. */
export function spokenThreshold(dial: DialKey, at: number | null): string {
  return at === null ? "off" : `${at} ${DIAL_WORDS[dial].unit}`;
}
