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

/** What a signal says of training: it allows, it reserves (that is: forbids without asking), or it is silent and only noted. */
export const Stance = z.enum(["allows", "reserves", "silent"]);
export type Stance = z.infer<typeof Stance>;

/** One signal as it was read. */
export const Evidence = z.object({
  signal: ConsentSignal,
  stance: Stance,
  /** What stood there, shortened to `LONGEST_VALUE`. */
  value: z.string(),
  /** The URL it was read from. */
  readFrom: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** A signal before it is known where it was read. */
export type Said = Omit<Evidence, "readFrom">;

/** Characters of a value that are kept: hosts may write what they like. */
export const LONGEST_VALUE = 300;

/** Makes a signal's value fit to be stored: no control characters (PostgreSQL takes no NUL), not too long. */
export function said(signal: ConsentSignal, stance: Stance, value: string): Said {
  const printable = value.replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ").trim();
  return { signal, stance, value: printable.slice(0, LONGEST_VALUE) };
}

/** What keeps a picture out: the first signal that reserves. One that allows does not outweigh it, wherever both stand. */
export function optOut<One extends Said>(evidence: readonly One[]): One | undefined {
  return evidence.find(({ stance }) => stance === "reserves");
}

/** Whether the picture says of itself that a model made it, whole or in part (IPTC digital source types). */
export function saysGenerated(evidence: readonly Said[]): boolean {
  return evidence.some(
    ({ signal, value }) =>
      signal === "digital-source-type" && /\/(?:composite(?:With)?T|t)rainedAlgorithmicMedia$/.test(value),
  );
}
