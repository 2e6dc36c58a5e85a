import { confidenceSequence, lowerBound } from "./confidence-sequence.ts";
import type { DriftAlarm } from "./drift.ts";
import { eBenjaminiHochberg } from "./e-bh.ts";
import { type Count, logEvidenceAbove, logEvidenceBelow } from "./e-process.ts";
import { neededAnswers } from "./needed-answers.ts";
import type { ReviewPolicy } from "./policy.ts";

/** What the evaluation set says about one category under one labeller. */
export interface Tally extends Count {
  category: number;
  /** Of a category whose thing may be absent: the answers about assets where people see it. */
  present?: Count;
}

/** graduate: shown to be over the bar; tail: shown to be under it; undecided: neither, and kept for people. */
export type EvidenceVerdict = "graduate" | "tail" | "undecided";

export interface GateDecision extends Omit<Tally, "present"> {
  /** correct / n, null where nothing was scored */
  accuracy: number | null;
  /** The accuracy is at least this, at `alpha`, at whatever n one looks. */
  lowerBound: number;
  overBound: boolean;
  overPoint: boolean;
  /** Natural logarithms of the e-values against "at most the bar" and against "at least the bar". */
  logAbove: number;
  logBelow: number;
  /** What `logAbove` has to reach among all categories of this decision, by e-BH; reached by what graduates. */
  logNeeded: number;
  /** Two-sided confidence sequence of the accuracy at `alpha`. */
  low: number;
  high: number;
  /** This labeller's share of the policy's alpha. */
  alpha: number;
  evidence: EvidenceVerdict;
  /** About how many more evaluation answers until the evidence decides; null: unknown, or more than anybody would give. */
  needed: number | null;
  /** Fresh answers rang the drift alarm: it stays with people whatever the evaluation set says. */
  drifted: boolean;
  /** Natural logarithm of their evidence of a fall below the bar; null without fresh answers. */
  logDrift: number | null;
  /** By the rule of the policy: settled leaves manual labelling, open stays, no-evidence had too few answers to say. */
  verdict: "settled" | "open" | "no-evidence";
}

/** Which labeller this is, and what fresh answers said of the categories that had been settled. */
export interface Look {
  /** How many labellers were held against this evaluation set, this one included: each starts its evidence afresh. */
  attempt: number;
  drift?: ReadonlyMap<number, DriftAlarm>;
}

/**
 * Decides all categories of one labeller, by all three rules at once: which of them rules is the policy's, the others
 * stand beside it. The evidence of all categories is weighed together (e-BH), whatever hangs between them.
 *
 * A category that asks whether something is there, and then which kind, holds two questions. Nine of ten people wear no
 * costume, so whoever never sees one is right nine times of ten: such a category is settled only when the rule also holds
 * where the thing is there. Its evidence is the smaller of the two, which is an e-value against "one of them is at most the
 * bar"; against "both are at least the bar" it is their mean.
 */
export function decideCategories(
  tallies: readonly Tally[],
  policy: ReviewPolicy,
  { attempt, drift }: Look,
): GateDecision[] {
  const alpha = alphaAt(policy.alpha, attempt);
  const weighed = tallies.map((tally) => weigh(tally, policy.bar));
  const { chosen, logNeeded } = eBenjaminiHochberg(
    weighed.map(({ logAbove }) => logAbove),
    alpha,
  );
  return tallies.map((tally, place) => {
    const { category, n, correct } = tally;
    const { logAbove, logBelow } = weighed[place] as Weighed;
    const evidence = chosen[place] ? "graduate" : logBelow >= -Math.log(alpha) ? "tail" : "undecided";
    const bound = lowerBound(tally, alpha);
    const alarm = drift?.get(category);
    const drifted = alarm != null && alarm.rangAt !== null;
    return {
      ...{ category, n, correct, accuracy: n > 0 ? correct / n : null },
      ...{ lowerBound: bound, overBound: bound > policy.bar, overPoint: overPoint(tally, policy) },
      ...{ logAbove, logBelow, logNeeded, ...confidenceSequence(tally, alpha), alpha, evidence },
      needed: evidence === "undecided" ? stillNeeded(tally, { bar: policy.bar, alpha, logNeeded }) : 0,
      drifted,
      logDrift: alarm?.logEvidence ?? null,
      verdict: verdictOf(tally, policy, { alpha, graduates: chosen[place] === true, drifted }),
    };
  });
}

/**
 * The share of alpha that one labeller may spend. Each labeller starts its evidence afresh, on the same evaluation set;
 * the shares 6/(π²i²) sum to 1, which keeps what is promised over all of them together at or below alpha. What a
 * labeller learns from is disjoint from the evaluation set; only which questions people are asked next is read from it, so that a later
 * labeller hangs on it by that much.
 */
export function alphaAt(alpha: number, attempt: number): number {
  return (alpha * 6) / (Math.PI * attempt) ** 2;
}

interface Weighed {
  logAbove: number;
  logBelow: number;
}

function weigh({ n, correct, present }: Tally, bar: number): Weighed {
  const parts = present ? [{ n, correct }, present] : [{ n, correct }];
  const below = parts.map((part) => logEvidenceBelow(bar, part));
  const most = Math.max(...below);
  return {
    logAbove: Math.min(...parts.map((part) => logEvidenceAbove(bar, part))),
    logBelow: most + Math.log(below.reduce((sum, log) => sum + Math.exp(log - most), 0) / below.length),
  };
}

function verdictOf(
  tally: Tally,
  policy: ReviewPolicy,
  { alpha, graduates, drifted }: { alpha: number; graduates: boolean; drifted: boolean },
): GateDecision["verdict"] {
  const parts = tally.present ? [tally, tally.present] : [tally];
  if (parts.some(({ n }) => n < policy.minScored)) return "no-evidence";
  const over = {
    evidence: () => graduates,
    bound: () => parts.every((part) => lowerBound(part, alpha) > policy.bar),
    point: () => parts.every((part) => overPoint(part, policy)),
  }[policy.rule];
  return over() && !drifted ? "settled" : "open";
}

function overPoint({ n, correct }: Count, { bar }: ReviewPolicy): boolean {
  return n > 0 && correct / n > bar;
}

/** In answers of the whole category: where its thing is rarely there, many pass before one of those comes. */
function stillNeeded(tally: Tally, { bar, alpha, logNeeded }: { bar: number; alpha: number; logNeeded: number }) {
  const target = { bar, logAbove: logNeeded, logBelow: -Math.log(alpha) };
  const whole = neededAnswers(tally, target);
  if (!tally.present) return whole;
  const kinds = neededAnswers(tally.present, target);
  if (whole === null || kinds === null) return null;
  return Math.max(whole, Math.ceil((kinds * tally.n) / tally.present.n));
}
