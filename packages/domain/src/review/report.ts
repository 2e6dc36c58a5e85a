import type { Agreement } from "./agreement.ts";
import type { Tally } from "./gate.ts";
import type { Accuracy, Scores } from "./score.ts";

/** A labeller's accuracies, without the tallies per category (those are gate decisions). */
export type ScoreSummary = Omit<Scores, "perCategory"> & { labeller: string | null };

/** What an iteration found: the JSON of `iterations.scores`. */
export interface IterationReport {
  /** The labeller that answered when the iteration opened. */
  before: ScoreSummary;
  /** Its tallies: they decide when the new one does not get to answer. */
  tallies: Tally[];
  after: ScoreSummary;
  /** Whether the new labeller answers from now on: it must not be less accurate over all. */
  promoted: boolean;
  evaluationAssets: number;
  /** Between the people who answered the evaluation set independently; `n` is 0 where each asset had one. */
  agreement: Agreement;
  /** Questions that apply to an asset, on average over the evaluation set. */
  applicablePerAsset: number;
  /** Human answers, this iteration and all so far, by purpose. */
  spent: { here: number; total: number; evaluation: number; sample: number };
  /** `spent.total` against labelling the pool by hand. */
  share: { pool: number; ofApplicable: number | null; ofAll: number | null };
  /** Categories by verdict. */
  verdicts: { settled: number; open: number; noEvidence: number };
}

/**
 * Whether the new labeller may answer: not less accurate over all than the one before, on the same evaluation set. One that
 * an operator put in use meanwhile stays: nothing was measured against it.
 */
export function mayAnswer(
  before: Accuracy,
  after: Accuracy,
  labellers?: { before: string | null; inUse: string | null },
): { promoted: boolean; rule: string; reason: string } {
  if (labellers && labellers.inUse !== labellers.before) {
    return { promoted: false, rule: "operator@1", reason: `an operator put ${labellers.inUse} in use meanwhile` };
  }
  const say = ({ accuracy }: Accuracy) => (accuracy === null ? "unknown" : accuracy.toFixed(3));
  return {
    promoted: (after.accuracy ?? 0) >= (before.accuracy ?? 0),
    rule: "not-less-accurate@1",
    reason: `accuracy ${say(after)} against ${say(before)} on ${after.n} answers of the evaluation set`,
  };
}
