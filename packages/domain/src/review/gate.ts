import type { ReviewPolicy } from "./policy.ts";

/** What the evaluation set says about one category under one labeller. */
export interface Tally {
  category: number;
  n: number;
  correct: number;
  /** Of a category whose thing may be absent: the answers about assets where people see it. */
  present?: { n: number; correct: number };
}

export interface GateDecision extends Omit<Tally, "present"> {
  /** correct / n, null where nothing was scored */
  accuracy: number | null;
  /** The accuracy is at least this, at the iteration's share of alpha, at whatever n one looks. */
  lowerBound: number;
  overBound: boolean;
  overPoint: boolean;
  /** By the rule of the policy: settled leaves manual labelling, open stays, no-evidence had too few answers to say. */
  verdict: "settled" | "open" | "no-evidence";
}

/**
 * Decides one category by both rules; `iteration` counts the labellers that were tried against the evaluation set.
 *
 * A category that asks whether something is there, and then which kind, holds two questions. Nine of ten people wear no
 * costume, so whoever never sees one is right nine times of ten: such a category is settled only when the rule also holds
 * where the thing is there.
 */
export function decideCategory(tally: Tally, policy: ReviewPolicy, iteration: number): GateDecision {
  const { category, n, correct, present } = tally;
  const whole = judge(tally, policy, iteration);
  const kinds = present ? judge(present, policy, iteration) : whole;
  const scored = Math.min(n, present?.n ?? n);
  const over = policy.rule === "bound" ? whole.overBound && kinds.overBound : whole.overPoint && kinds.overPoint;
  const verdict = scored < policy.minScored ? "no-evidence" : over ? "settled" : "open";
  return { category, n, correct, accuracy: n > 0 ? correct / n : null, ...whole, verdict };
}

function judge({ n, correct }: { n: number; correct: number }, policy: ReviewPolicy, iteration: number) {
  const bound = lowerBound(n, correct, alphaAt(policy.alpha, iteration));
  return { lowerBound: bound, overBound: bound > policy.bar, overPoint: n > 0 && correct / n > policy.bar };
}

/**
 * The share of alpha that one iteration may spend. Each iteration tries a new labeller, so its test starts afresh; the
 * shares 6/(π²i²) sum to 1, which keeps the chance of ever letting a bad category go at or below alpha.
 */
export function alphaAt(alpha: number, iteration: number): number {
  return (alpha * 6) / (Math.PI * iteration) ** 2;
}

/**
 * Anytime-valid lower confidence bound of an accuracy after `correct` of `n` right answers: with probability 1 - alpha
 * it is below the truth at every n at once, so one may look as often as one likes.
 *
 * It inverts a mixture of likelihood-ratio bets (Robbins' method of mixtures; Howard, Ramdas, McAuliffe and Sekhon 2021,
 * Annals of Statistics 49(2); Waudby-Smith and Ramdas 2024, JRSS B 86(1)): for each q > p the wealth
 * (q/p)^correct ((1-q)/(1-p))^(n-correct) is a supermartingale while the truth is at most p, so is any mixture over q,
 * and by Ville's inequality it exceeds 1/alpha with probability at most alpha. The bound is the smallest p not refuted.
 */
export function lowerBound(n: number, correct: number, alpha: number): number {
  if (n === 0) return 0;
  const limit = -Math.log(alpha);
  const refuted = (p: number) => logWealth(p, n, correct) >= limit;
  let low = 0;
  // the wealth need not fall monotonously in p: walk up to the first p that stands, then narrow that step
  for (let step = 1; step < STEPS && refuted(step / STEPS); step++) low = step / STEPS;
  let high = low + 1 / STEPS;
  for (let round = 0; round < 20; round++) {
    const middle = (low + high) / 2;
    if (refuted(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Log of the wealth after betting that the truth is above `p`. A finite mixture, so valid without numerical error terms. */
export function logWealth(p: number, n: number, correct: number): number {
  let most = Number.NEGATIVE_INFINITY;
  const terms = MIXTURE.map(({ at, weigh }) => {
    const q = p + (1 - p) * at;
    const term = Math.log(weigh(q)) + correct * Math.log(q / p) + (n - correct) * Math.log((1 - q) / (1 - p));
    most = Math.max(most, term);
    return term;
  });
  const total = MIXTURE.reduce((sum, { at, weigh }) => sum + weigh(p + (1 - p) * at), 0);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0)) - Math.log(total);
}

const STEPS = 200;
const NODES = 64;
/** Half of the bet lies evenly over (p, 1), half as Beta(18, 2), where labellers that are good enough are found. */
const MIXTURE = Array.from({ length: NODES }, (_, node) => ({
  at: (node + 0.5) / NODES,
  weigh: (q: number) => 0.5 + 0.5 * 342 * q ** 17 * (1 - q),
}));
