import { z } from "zod";
import type { Slot } from "../model.ts";

/** Scores that mean something only beside others of the same source and model, and the slots whose models give them. */
export const RANKED_SCORES = { faceQuality: "quality-face", preference: "preference" } as const satisfies Record<
  string,
  Slot
>;
export type RankedScore = keyof typeof RANKED_SCORES;

/** Drops what scores lowest among its source's own scores. */
export const Ranking = z.object({
  /** Percent of a source's scores below the cut, at most. */
  percentile: z.number().gt(0).lt(100),
  /** Pictures of the source that have a score before anything is judged: the cut of a handful is chance. */
  leastScores: z.int().positive(),
});
export type Ranking = z.infer<typeof Ranking>;

/** The score below which a picture is dropped, and how many of its source's scores that was read from. */
export const Cut = z.object({ at: z.number(), of: z.int() });
export type Cut = z.infer<typeof Cut>;

/** A source's cuts by score and version of the model that gave it: scores of two versions are different scales. */
export const Cuts = z.partialRecord(z.enum(["faceQuality", "preference"]), z.record(z.string(), Cut));
export type Cuts = Readonly<Partial<Record<RankedScore, Readonly<Record<string, Cut>>>>>;

/**
 * The cut of one source's scores by the nearest rank: the ⌈p · n / 100⌉-th lowest of n. It is one of the scores, so it does not depend on the order
 * in which they came, and what scores exactly as much passes. PostgreSQL's `percentile_disc` gives the same.
 */
export function cutOf(scores: readonly number[], { percentile }: Pick<Ranking, "percentile">): Cut | undefined {
  const sorted = [...scores].sort((a, b) => a - b);
  const at = sorted[Math.max(1, Math.ceil((percentile / 100) * sorted.length)) - 1];
  return at === undefined ? undefined : { at, of: sorted.length };
}

/** A text encoder reads 77 tokens: what is longer is not stored either. */
const LONGEST_PROMPT = 320;
const UNCAPTIONED = "a photo of a person";

/** What a picture is said to show when its preference is scored: its source's caption or alternative text, or that of any. */
export function promptOf(caption: string | null): string {
  const words = caption?.replaceAll(/\s+/g, " ").trim().slice(0, LONGEST_PROMPT).toWellFormed();
  return words || UNCAPTIONED;
}
