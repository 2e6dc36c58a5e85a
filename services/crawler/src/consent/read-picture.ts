import type { Evidence, Said } from "@anyone/domain/source/consent";
import { readC2pa } from "./c2pa.ts";
import { cutEmbedded } from "./embedded.ts";
import { readXmp } from "./xmp.ts";

/** Signals of one picture that are kept; more of them say nothing more. */
const MOST = 20;

/** What a picture says of itself, and where in it: data mining, training and mining, and how it came about. Never throws. */
export function readPicture(bytes: Uint8Array): Omit<Evidence, "readFrom">[] {
  const { xmp, jumbf } = cutEmbedded(bytes);
  const all = [
    ...xmp.flatMap(readXmp).map((one) => ({ ...one, place: "xmp" as const })),
    ...jumbf.flatMap(readC2pa).map((one) => ({ ...one, place: "c2pa" as const })),
  ];
  const distinct = new Map(all.map((one) => [JSON.stringify(one), one]));
  // What reserves comes first, so that no crowd of other signals can push it out.
  return [...distinct.values()].sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

function rank({ stance }: Said): number {
  return stance === "reserves" ? 0 : stance === "generated" ? 1 : 2;
}
