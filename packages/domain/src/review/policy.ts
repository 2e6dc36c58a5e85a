import { z } from "zod";

/** How iterations are run: the operator's setting `review.policy`, copied into each iteration when it opens. */
export const ReviewPolicy = z.strictObject({
  /** Everything drawn by chance derives from it. */
  seed: z.int().default(1),
  /** Assets of the evaluation set's first version; later ones follow the pool with the same chance for every image. */
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
   * Share of a sample for assets that seem to have options few others have, the rarest first. By `npm run bench -- sampling`,
   * three seeds: tail 43.8 % with .15 against 42.9 % without, all 72.0 % against 71.2 %, which is within what seeds do.
   */
  rareShare: z.number().min(0).max(0.5).default(0.15),
  /**
   * What is asked of the labeller's calibrated probabilities to tell which assets it doubts: how far the likeliest answer lies
   * before the next (`margin`), how spread they are over all of them (`entropy`), or only the answer's own (`confidence`).
   */
  doubt: z.enum(["margin", "entropy", "confidence"]).default("margin"),
  /** Share of a sample that is drawn uniformly and asked blind: it keeps estimates valid and finds confident errors. */
  uniformShare: z.number().min(0).max(0.5).default(0.15),
  /** An accuracy above it (not equal to it) lets a category leave manual labelling: the paper's 85 %. */
  bar: z.number().gt(0).lt(1).default(0.85),
  /**
   * Which verdict rules; the others are reported beside it. `evidence` lets a category go only when its e-process, weighed
   * together with all others, shows that it is over the bar; what is shown to be under it (the tail) and what is not
   * decided stay with people. It is the default: by the point rule, on 400 answers a category, one project of three lets
   * something go that is under the bar, and nobody learns of it, while what is kept too long costs answers that are counted.
   * `point` is the paper's, for comparison, and for evaluation sets of fewer than some 100 assets, which are evidence of few
   * categories. `bound` lets go what its own lower bound clears, whatever the others do.
   */
  rule: z.enum(["evidence", "point", "bound"]).default("evidence"),
  /**
   * Over all labellers together: by `evidence`, the expected share of categories let go that are not over the bar; by
   * `bound`, the chance for each of them.
   */
  alpha: z.number().gt(0).max(0.5).default(0.05),
  /**
   * Share of sample pages that ask every question, also the settled ones, blind: the fresh answers by which the drift
   * alarm takes a category back, since the evaluation set stays frozen while the pool moves on.
   */
  auditShare: z.number().min(0).max(1).default(0.1),
  /** Fresh answers about settled categories that the drift alarm looks back over. */
  driftWindow: z.int().min(10).max(10_000).default(200),
  /** An unchanged category rings the drift alarm once in 1 / driftAlpha fresh answers, or later. */
  driftAlpha: z.number().gt(0).max(0.5).default(0.001),
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
