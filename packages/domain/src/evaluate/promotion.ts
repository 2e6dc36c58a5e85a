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

const RULE = "not-worse-on-the-same-data@1";

/**
 * Whether a checkpoint generates from now on. It must have a validation loss; without an incumbent that suffices. With
 * one, both were measured on the same dataset version with the same noise, and the newcomer is promoted when its
 * validation loss is not above the incumbent's, and its attribute accuracy, where both have one, is not below the
 * incumbent's lower bound.
 */
export function decidePromotion(
  newcomer: readonly Metric[],
  incumbent: readonly Metric[] | undefined,
): PromotionDecision {
  const loss = measured(newcomer, VALIDATION_LOSS);
  if (!loss) return { promoted: false, rule: RULE, reason: "no validation loss could be measured" };
  if (!incumbent) {
    return {
      promoted: true,
      rule: RULE,
      reason: `the first one: validation loss ${loss.value.toFixed(4)}, nothing to beat`,
    };
  }
  const before = measured(incumbent, VALIDATION_LOSS);
  if (!before) return { promoted: true, rule: RULE, reason: "the incumbent has no validation loss on this version" };
  const losses = `validation loss ${loss.value.toFixed(4)} against ${before.value.toFixed(4)}`;
  if (loss.value > before.value) return { promoted: false, rule: RULE, reason: losses };
  const accuracy = measured(newcomer, ATTRIBUTE_ACCURACY);
  const accuracyBefore = measured(incumbent, ATTRIBUTE_ACCURACY);
  if (accuracy && accuracyBefore && accuracy.value < (accuracyBefore.low ?? accuracyBefore.value)) {
    const reason = `${losses}, but attribute accuracy ${accuracy.value.toFixed(3)} is below ${(accuracyBefore.low ?? accuracyBefore.value).toFixed(3)}`;
    return { promoted: false, rule: RULE, reason };
  }
  return { promoted: true, rule: RULE, reason: losses };
}
