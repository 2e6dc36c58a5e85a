import type { Recipe } from "../train/run.ts";
import { type Metric, measured } from "./metric.ts";

export interface PromotionDecision {
  promoted: boolean;
  /** Name and version of the rule, stored with the decision. */
  rule: string;
  /** Why, with the numbers that decided. */
  reason: string;
}

/** The metrics the rule reads, as the GPU worker names them. */
export const VALIDATION_LOSS = "loss_validation";
export const ATTRIBUTE_ACCURACY = "attribute_accuracy";
export const IN_MASK_SHARE = "in_mask_share";

const RULE = "not-worse-on-the-same-data@2";

/** A training is decided about once: the training a version is released for has the version's name. */
export function promotionId(version: number, recipe: string): string {
  return recipe === PRODUCTION ? `diffusion-v${version}` : `diffusion-v${version}-${recipe}`;
}

/** The recipe whose checkpoints generate; others are experiments beside it. */
const PRODUCTION: Recipe = "sd15_tiny";

export interface Incumbent {
  metrics: readonly Metric[];
  /** Losses of two recipes are of different latents and say nothing about each other. */
  sameRecipe: boolean;
}

/**
 * Whether a checkpoint generates from now on. It must have a validation loss; without an incumbent that suffices. With
 * one, both were measured on the same dataset version with the same noise, and the newcomer is promoted when its
 * validation loss is not above the incumbent's, and its attribute accuracy, where both have one, is not below the
 * incumbent's lower bound. Against an incumbent of another recipe attribute accuracy alone decides, and there must be one.
 */
export function decidePromotion(newcomer: readonly Metric[], incumbent: Incumbent | undefined): PromotionDecision {
  const loss = measured(newcomer, VALIDATION_LOSS);
  if (!loss) return noPromotion("no validation loss could be measured");
  if (!incumbent) return promotion(`the first one: validation loss ${loss.value.toFixed(4)}, nothing to beat`);
  const before = measured(incumbent.metrics, VALIDATION_LOSS);
  // It cannot be measured here, so it can hardly generate.
  if (!before) return promotion("the incumbent has no validation loss on this version");

  const losses = `validation loss ${loss.value.toFixed(4)} against ${before.value.toFixed(4)}`;
  if (incumbent.sameRecipe && loss.value > before.value) return noPromotion(losses);
  const accuracy = measured(newcomer, ATTRIBUTE_ACCURACY);
  const accuracyBefore = measured(incumbent.metrics, ATTRIBUTE_ACCURACY);
  if (!accuracy || !accuracyBefore) {
    return incumbent.sameRecipe ? promotion(losses) : noPromotion("no attribute accuracy to compare two recipes by");
  }
  const bar = accuracyBefore.low ?? accuracyBefore.value;
  const accuracies = `attribute accuracy ${accuracy.value.toFixed(3)} against at least ${bar.toFixed(3)}`;
  const reason = incumbent.sameRecipe ? `${losses}, ${accuracies}` : `another recipe: ${accuracies}`;
  return accuracy.value < bar ? noPromotion(reason) : promotion(reason);
}

function promotion(reason: string): PromotionDecision {
  return { promoted: true, rule: RULE, reason };
}

/** The decision that nothing changes. */
export function noPromotion(reason: string): PromotionDecision {
  return { promoted: false, rule: RULE, reason };
}
