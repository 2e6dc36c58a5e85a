import { z } from "zod";
import { Proportion, proportion } from "../evaluate/proportion.ts";
import { DIAL_KEYS, type Dial, lifted, tightened } from "./dials.ts";
import type { Gates } from "./gate.ts";
import { ownVerdicts } from "./judge.ts";
import type { TruthOf } from "./truth.ts";
import { DropReason } from "./verdict.ts";

/** How right a score gate would be at each threshold that it could have. */
export const TruthCurve = z.object({
  dial: z.enum(DIAL_KEYS),
  reason: DropReason,
  direction: z.enum(["least", "most"]),
  /** The threshold in force. */
  threshold: z.number().nullable(),
  points: z.array(z.object({ cut: z.number(), precision: Proportion, recall: Proportion })),
});
export type TruthCurve = z.infer<typeof TruthCurve>;

/** Cuts of one curve at most; where there are more different scores, every so many of them. */
const MOST_CUTS = 60;

/**
 * Precision and recall of one dial at every cut, over pictures whose score is known and that this dial is asked about; those of which its
 * reason may or may not be said count neither way. Undefined where it is true of none of them.
 */
export function truthCurve(dial: Dial, all: readonly TruthOf[], gates: Gates): TruthCurve | undefined {
  const { key, reason, direction, gate } = dial;
  const shut = tightened(gates, dial);
  const scored = all.flatMap(({ candidate: { measured, cuts }, truth }) => {
    const score = measured && dial.score(measured, gates);
    if (!measured || score === undefined) return [];
    const asked =
      ownVerdicts(measured, shut, cuts)[gate] === reason &&
      ownVerdicts(measured, lifted(gates, dial), cuts)[gate] !== reason;
    const isTrue = truth.reasons.includes(reason);
    return asked && (isTrue || !truth.also.includes(reason)) ? [{ score, isTrue }] : [];
  });
  const meant = scored.filter(({ isTrue }) => isTrue).length;
  if (meant === 0) return undefined;
  const threshold = gates[key];
  const points = cutsOf(
    scored.map(({ score }) => score),
    threshold,
  ).map((cut) => {
    const said = scored.filter(({ score }) => (direction === "least" ? score < cut : score > cut));
    const right = said.filter(({ isTrue }) => isTrue).length;
    return { cut, precision: proportion(right, said.length), recall: proportion(right, meant) };
  });
  return { dial: key, reason, direction, threshold, points };
}

/** Scores that occur, thinned to so many, and the threshold in force. */
function cutsOf(scores: readonly number[], threshold: number | null): number[] {
  const different = [...new Set(scores)].toSorted((a, b) => a - b);
  const every = Math.max(1, Math.ceil(different.length / MOST_CUTS));
  const cuts = new Set(different.filter((_, i) => i % every === 0 || i === different.length - 1));
  if (threshold !== null) cuts.add(threshold);
  return [...cuts].toSorted((a, b) => a - b);
}
