import { z } from "zod";
import { random } from "../random.ts";
import { type Estimate, exactShare } from "./interval.ts";

/** What an hour of an annotator costs: the operator's setting under {@link WAGE_SETTING}. */
export const Wage = z.strictObject({
  perHour: z.number().min(0).max(10_000).default(15),
  currency: z.string().trim().min(1).max(10).default("USD"),
});
export type Wage = z.infer<typeof Wage>;
export const WAGE_SETTING = "review.wage";

/** A question left open over lunch is no work: what is counted of one answer's time at most, in seconds. */
export const LONGEST_ANSWER_SECONDS = 120;
/** The paper labels 1 % by hand. */
const GOAL = 0.01;
const DRAWS = 500;

export interface SavingsFacts {
  /** Assets in the pool. */
  pool: number;
  /** Questions of the protocol. */
  categories: number;
  /** People who would answer each question if all was done by hand. */
  overlap: number;
  /** Questions that apply, for each of a random sample of assets. */
  applicable: readonly number[];
  /** All answers that people ever gave, those that no longer stand too. */
  spent: readonly { purpose: string; answers: number }[];
  /** Answers out of files, which cost nobody's time here: no part of `spent`. */
  imported: number;
  /** Of `spent`, answers of annotators in quarantine: paid for and of no use. */
  lost: number;
  /** Timed answers of a random sample of pages, and their seconds. */
  pages: readonly { answers: number; seconds: number }[];
  /** What the labeller that answers got right on the evaluation set. */
  accuracy: { n: number; correct: number } | null;
  wage: Wage;
}

type Ranged = Omit<Estimate, "n">;

/** What people's work cost against doing all of it by hand; intervals are 95 %, null is unknown yet. */
export interface Savings {
  pool: number;
  overlap: number;
  applicablePerAsset: Estimate | null;
  /** Answers of labelling everything by hand: pool × questions that apply × overlap. */
  baseline: Ranged | null;
  spent: { answers: number; lost: number; imported: number; byPurpose: { purpose: string; answers: number }[] };
  /** spent / baseline */
  share: Ranged | null;
  /** spent / (pool × all questions), each answered once: the paper's way of counting. */
  shareOfAll: number | null;
  secondsPerAnswer: Estimate | null;
  hours: { spent: Ranged; baseline: Ranged; saved: Ranged } | null;
  money: { currency: string; perHour: number; spent: Ranged; saved: Ranged } | null;
  /** Share of the labeller's answers that are right; exact interval. */
  accuracy: Estimate | null;
  /** The pool's size at which the answers given so far are 1 % of doing all by hand. */
  onePercentAt: Ranged | null;
}

/**
 * The savings meter. One unit is one answer of a person to one question about one asset; everything people did counts as
 * spent: evaluation, tie-breaks, samples, honeypots and what was lost to bad annotators; what came out of files is told beside it. What a full labelling would take
 * is estimated from the questions that apply and the seconds an answer takes, each drawn again over assets and pages.
 *
 * More assets need no more answers, because evaluation set and samples have fixed sizes: so there is a pool's size from
 * which on people do less than 1 %.
 */
export function measureSavings(facts: SavingsFacts): Savings {
  const { pool, overlap, wage } = facts;
  const spent = facts.spent.reduce((sum, { answers }) => sum + answers, 0);
  const applicable = ratioDraws(
    facts.applicable.map((count) => [count, 1] as const),
    "applicable",
  );
  const seconds = ratioDraws(
    facts.pages.map((page) => [page.seconds, page.answers] as const),
    "seconds",
  );
  const baseline = applicable && pool > 0 ? map(applicable, (each) => each * pool * overlap) : null;
  const hours = (answers: Draws | number) => {
    if (!seconds) return null;
    return typeof answers === "number"
      ? map(seconds, (each) => (answers * each) / 3600)
      : map2(answers, seconds, (count, each) => (count * each) / 3600);
  };
  const [hoursSpent, hoursBaseline] = [hours(spent), baseline && hours(baseline)];
  const hoursSaved = baseline && hours(map(baseline, (count) => count - spent));
  const paid = (of: Draws) => ranged(map(of, (count) => count * wage.perHour));
  return {
    pool,
    overlap,
    applicablePerAsset: applicable && { ...ranged(applicable), n: facts.applicable.length },
    baseline: baseline && ranged(baseline),
    spent: { answers: spent, lost: facts.lost, imported: facts.imported, byPurpose: [...facts.spent] },
    share: baseline && positive(baseline) ? ranged(map(baseline, (whole) => spent / whole)) : null,
    shareOfAll: pool > 0 && facts.categories > 0 ? spent / (pool * facts.categories) : null,
    secondsPerAnswer: seconds && {
      ...ranged(seconds),
      n: facts.pages.reduce((sum, { answers }) => sum + answers, 0),
    },
    hours:
      hoursSpent && hoursBaseline && hoursSaved
        ? { spent: ranged(hoursSpent), baseline: ranged(hoursBaseline), saved: ranged(hoursSaved) }
        : null,
    money: hoursSpent && hoursSaved ? { ...wage, spent: paid(hoursSpent), saved: paid(hoursSaved) } : null,
    accuracy: facts.accuracy && exactShare(facts.accuracy.correct, facts.accuracy.n),
    onePercentAt:
      applicable && positive(applicable)
        ? ranged(map(applicable, (each) => Math.ceil(spent / (GOAL * each * overlap))))
        : null,
  };
}

/** A figure, and what it would be over items drawn again. */
interface Draws {
  value: number;
  draws: readonly number[];
}

/** A ratio of sums over items, and over items drawn again with replacement; null where there is nothing. */
function ratioDraws(items: readonly (readonly [above: number, below: number])[], seed: string): Draws | null {
  const ratio = (pick: (place: number) => readonly [number, number]) => {
    let [above, below] = [0, 0];
    for (let place = 0; place < items.length; place++) {
      const [up, down] = pick(place);
      above += up;
      below += down;
    }
    return below > 0 ? above / below : null;
  };
  const chance = random(`savings.${seed}`);
  const value = ratio((place) => items[place] as readonly [number, number]);
  if (value === null) return null;
  const draws = Array.from({ length: DRAWS }, () =>
    ratio(() => items[Math.floor(chance() * items.length)] as readonly [number, number]),
  );
  return { value, draws: draws.map((drawn) => drawn ?? value) };
}

function map({ value, draws }: Draws, of: (value: number) => number): Draws {
  return { value: of(value), draws: draws.map(of) };
}

/** Of two figures that were drawn independently. */
function map2(a: Draws, b: Draws, of: (a: number, b: number) => number): Draws {
  return { value: of(a.value, b.value), draws: a.draws.map((drawn, n) => of(drawn, b.draws[n] as number)) };
}

function positive({ value, draws }: Draws): boolean {
  return value > 0 && draws.every((drawn) => drawn > 0);
}

function ranged({ value, draws }: Draws): Ranged {
  const sorted = [...draws].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  // a percentile interval of a skewed few may miss the figure itself
  return { value, low: Math.min(value, at(0.025)), high: Math.max(value, at(0.975)) };
}
