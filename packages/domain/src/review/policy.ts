import { z } from "zod";

/** How iterations are run: the operator's setting `review.policy`, copied into each iteration when it opens. */
export const ReviewPolicy = z.strictObject({
  /** Everything drawn by chance derives from it. */
  seed: z.int().default(1),
  /** Assets of the evaluation set, drawn once. */
  evaluationSize: z.int().min(1).max(100_000).default(200),
  /**
   * People who answer an evaluation asset, each blind to the others; where they differ one more decides. What everything
   * is measured by must be surer than what is measured: of two people who err in 5 % of answers, both err alike in .3 %.
   * Fewer people with keys than this answer alone.
   */
  evaluationOverlap: z.int().min(1).max(5).default(2),
  /** Assets put before people in one iteration. */
  sampleSize: z.int().min(1).max(100_000).default(100),
  /**
   * Share of a sample for assets that seem to have options few others have, the rarest first. None by default: what it does for
   * the tail is measured by `npm run bench -- sampling`.
   */
  rareShare: z.number().min(0).max(0.5).default(0),
  /** An accuracy above it (not equal to it) lets a category leave manual labelling: the paper's 85 %. */
  bar: z.number().gt(0).lt(1).default(0.85),
  /**
   * Which verdict rules; the other is reported beside it. `point` is the paper's. It is also the default, because on
   * evaluation sets of a few hundred assets most questions are asked of a few dozen: there the lower bound cannot exceed
   * the bar whatever the labeller does, while a category let go too early is measured again in every iteration and
   * comes back. `bound` is right from about 1,000 evaluation assets on, and wherever a wrong release is expensive.
   */
  rule: z.enum(["point", "bound"]).default("point"),
  /** Chance, over all iterations together, that the bound lets a category go whose accuracy is not above the bar. */
  alpha: z.number().gt(0).max(0.5).default(0.05),
  /** Fewer scored evaluation answers than this decide nothing. */
  minScored: z.int().min(1).default(5),
  maxIterations: z.int().min(1).max(1000).default(5),
  /** Human answers that may be spent over all iterations; null: as many as it takes. */
  budget: z.int().min(1).nullable().default(null),
  /** A rise of overall accuracy below this, for `patience` iterations with no newly settled category, ends the loop. */
  epsilon: z.number().min(0).default(0.005),
  patience: z.int().min(1).default(2),
  /** Share of sample tasks that show no suggestion, to measure how far suggestions sway people. */
  blindShare: z.number().min(0).max(1).default(0.2),
  /** Whether closing the loop cuts a dataset version. */
  releaseWhenDone: z.boolean().default(true),
});
export type ReviewPolicy = z.infer<typeof ReviewPolicy>;
