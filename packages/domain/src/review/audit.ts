import { mainOf } from "../annotate/answer.ts";
import type { Protocol } from "../annotate/protocol.ts";
import { type DriftAlarm, type Observation, watchDrift } from "./drift.ts";
import type { ReviewPolicy } from "./policy.ts";
import { isScored } from "./score.ts";

/** One question of a blind page that asked everything: what the labeller had answered, and what a person then said. */
export interface Audited {
  category: number;
  given: number;
  said: number;
  /** The chance that the image had of being drawn. */
  probability: number;
}

/**
 * The drift alarms of settled categories, by what blind pages said about the labeller that answers the pool. As in the score,
 * an answer of a person counts where it names an option; a labeller that did not get to ask is wrong there. Images were drawn
 * with unequal chances, the doubtful ones more often: each stands for as many as it was drawn for.
 *
 * @param audited oldest first
 */
export function auditSettled(
  protocol: Protocol,
  settled: readonly number[],
  audited: readonly Audited[],
  { bar, driftAlpha, driftWindow }: Pick<ReviewPolicy, "bar" | "driftAlpha" | "driftWindow">,
): Map<number, DriftAlarm> {
  const meant = protocol.categories.filter(({ n }) => settled.includes(n));
  return new Map(
    meant.flatMap((category) => {
      const own = audited.filter((one) => one.category === category.n && isScored(one.said));
      if (own.length === 0) return [];
      const mean = own.reduce((sum, { probability }) => sum + 1 / probability, 0) / own.length;
      const observations = own.map(
        ({ given, said, probability }): Observation => ({
          right: mainOf(category, given) === mainOf(category, said),
          weight: 1 / probability / mean,
        }),
      );
      return [[category.n, watchDrift(observations, { bar, alpha: driftAlpha, window: driftWindow })] as const];
    }),
  );
}
