import { z } from "zod";

/** Where somebody says in a machine's words what may be done with a picture. */
export const CONSENT_SIGNALS = [
  /** RFC 9309: whether the picture may be fetched at all. */
  "robots",
  /** AIPREF: the Content-Usage header, or the rule of that name in robots.txt. */
  "content-usage",
  "x-robots-tag",
  /** The TDM Reservation Protocol: its header, and the file at the host's root. */
  "tdm-reservation",
  "tdmrep",
  /** Spawning's ai.txt. */
  "ai-txt",
  /** The training-mining assertion of C2PA or CAWG, inside the picture. */
  "c2pa-training-mining",
  /** PLUS data mining in the picture's XMP, which is also IPTC's. */
  "iptc-data-mining",
  /** How the picture came about, by itself (XMP) or by its C2PA actions. */
  "digital-source-type",
] as const;
export const ConsentSignal = z.enum(CONSENT_SIGNALS);
export type ConsentSignal = z.infer<typeof ConsentSignal>;

/** Where signals are looked for. In this order, since each asked place of a reading is one bit of a stored number. */
export const CONSENT_PLACES = [
  "robots.txt",
  "tdmrep.json",
  "ai.txt",
  /** The headers of the picture's own answer. */
  "headers",
  /** Inside the picture: its XMP packets and its C2PA manifests. */
  "xmp",
  "c2pa",
] as const;
export const ConsentPlace = z.enum(CONSENT_PLACES);
export type ConsentPlace = z.infer<typeof ConsentPlace>;

/**
 * What a signal means: it allows training, it reserves (that is: forbids without asking), it says that a model made the picture, or it is
 * silent and only noted.
 */
export const Stance = z.enum(["allows", "reserves", "generated", "silent"]);
export type Stance = z.infer<typeof Stance>;

/** One signal as it was read. */
export const Evidence = z.object({
  signal: ConsentSignal,
  stance: Stance,
  /** What stood there, shortened to `LONGEST_VALUE`. */
  value: z.string(),
  place: ConsentPlace,
  /** The URL it was read from. */
  readFrom: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** A signal before it is known where it was read. */
export type Said = Omit<Evidence, "readFrom" | "place">;

/** One reading: the places that were asked, and what they said. A place that was asked and is not in `evidence` says nothing. */
export interface Heard {
  asked: readonly ConsentPlace[];
  evidence: readonly Evidence[];
}

/** Characters of a value that are kept: hosts may write what they like. */
export const LONGEST_VALUE = 300;

/** Makes a signal's value fit to be stored: no control characters (PostgreSQL takes no NUL), not too long. */
export function said(signal: ConsentSignal, stance: Stance, value: string): Said {
  const printable = value.replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ").trim();
  return { signal, stance, value: printable.slice(0, LONGEST_VALUE) };
}

/** Which places were asked, as one number: bit `i` stands for `CONSENT_PLACES[i]`. */
export function placesToBits(asked: readonly ConsentPlace[]): number {
  return asked.reduce((bits, place) => bits | (1 << CONSENT_PLACES.indexOf(place)), 0);
}

export function placesOfBits(bits: number): ConsentPlace[] {
  return CONSENT_PLACES.filter((_, i) => (bits & (1 << i)) !== 0);
}

/** What keeps a picture out: the first signal that reserves. One that allows does not outweigh it, wherever both stand. */
export function optOut<One extends Said>(evidence: readonly One[]): One | undefined {
  return evidence.find(({ stance }) => stance === "reserves");
}

/**
 * What a digital source type of the IPTC's vocabulary says: `generated` where a model or a program made the picture, whole or in part. Types of
 * cameras, scanners and hands are silent.
 */
export function sourceTypeStance(type: string): Stance {
  return GENERATED_TYPES.has(type.trim().replace(/^.*[/#]/, "")) ? "generated" : "silent";
}

/** https://cv.iptc.org/newscodes/digitalsourcetype/, read 2026-11-26. */
const GENERATED_TYPES: ReadonlySet<string> = new Set([
  "trainedAlgorithmicMedia",
  "compositeWithTrainedAlgorithmicMedia",
  "compositeSynthetic",
  "algorithmicMedia",
  "virtualRecording",
]);
