import { mainOf, NOT_ASKED, OTHER, UNSURE } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import { bettingPpiInterval } from "./betting-interval.ts";
import { classicMean, effectiveLabels, type Labelled, type Predicted, ppiMean } from "./ppi.ts";
import type { Scored } from "./score.ts";

/** One evaluation asset with how sure the labeller was, per mille, packed in protocol order. */
export interface Rated extends Scored {
  confidence: readonly number[];
}

/** Answers of the pool's assets outside of the evaluation set that are alike: category, packed value, and who gave them. */
export interface Cells {
  category: number;
  value: number;
  byPerson: boolean;
  count: number;
  /** Sums of the confidences, 0..1, and of their squares. */
  confidence: number;
  squares: number;
}

/** What few answers of people and many of the labeller say of the pool. */
export interface PoolEstimate {
  category: number;
  /** -1: how often the labeller's answers are right; else the share of the pool's images with this option. */
  option: number;
  /** Images that people answered about, and images that only the labeller did. */
  n: number;
  pool: number;
  estimate: number;
  /** Betting interval at 95 %: holds at any number of labels. */
  low: number;
  high: number;
  /** Normal interval at 95 %: narrower, and too narrow for few labels. */
  normalLow: number;
  normalHigh: number;
  /** From people's answers alone. */
  classic: number;
  /** How far the labeller's answers were trusted: 0 not at all. */
  lambda: number;
  /** Labels of people that would have told as much without the labeller. */
  effective: number;
}

/** What `PoolEstimate.option` is where the estimate is an accuracy. */
export const ACCURACY = -1;

/**
 * Estimates for every category how often the labeller's answers about the pool are right, and for every option how much
 * of the pool has it, by PPI++: the labeller's answers about the whole pool, corrected by what people said about the
 * evaluation set, a uniform draw. Each interval holds by itself at 95 %, not all of them together.
 *
 * What a labeller would have said of images that people answered is not known, and those were not drawn uniformly: where
 * they are more than `BY_PEOPLE` of a category's answers, people's answers about the evaluation set stand alone.
 *
 * @param evaluation in an order that hangs on nothing that is measured, as that of content hashes
 */
export function estimatePool(
  protocol: Protocol,
  { evaluation, cells }: { evaluation: readonly Rated[]; cells: readonly Cells[] },
): PoolEstimate[] {
  const byCategory = Map.groupBy(cells, ({ category }) => category);
  return protocol.categories.flatMap((category) => {
    const own = byCategory.get(category.n) ?? [];
    const answered = own.filter(({ value }) => value !== NOT_ASKED);
    const total = (some: readonly Cells[], of: (cell: Cells) => number) =>
      some.reduce((sum, cell) => sum + of(cell), 0);
    const byModel = answered.filter(({ byPerson }) => !byPerson);
    const trusted = total(byModel, ({ count }) => count) >= (1 - BY_PEOPLE) * total(answered, ({ count }) => count);

    const right = predicted(
      total(byModel, ({ count }) => count),
      total(byModel, ({ confidence }) => confidence),
      total(byModel, ({ squares }) => squares),
    );
    const images = total(own, ({ count }) => count);
    const estimates = [estimate({ category, option: ACCURACY }, ratedRight(category, evaluation), right, trusted)];
    category.options.forEach((_, option) => {
      const having = total(
        own.filter(({ value }) => hasOption(category, value, option)),
        ({ count }) => count,
      );
      const labelled = ratedOption(category, option, evaluation);
      if (having === 0 && labelled.every(({ y }) => y === 0)) return;
      estimates.push(estimate({ category, option }, labelled, predicted(images, having, having), trusted));
    });
    return estimates.filter((one) => one !== null);
  });
}

/** More of a category's answers than this by people, and the rest is no image of the pool. */
const BY_PEOPLE = 0.05;
const ALPHA = 0.05;

function estimate(
  { category, option }: { category: Category; option: number },
  labelled: readonly Labelled[],
  pool: Predicted,
  trusted: boolean,
): PoolEstimate | null {
  if (labelled.length < 2 || pool.n === 0) return null;
  const used = trusted ? labelled : labelled.map(({ y }) => ({ y, f: 0 }));
  const tuned = ppiMean(used, trusted ? pool : { n: pool.n, mean: 0, variance: 0 }, { alpha: ALPHA });
  const classic = classicMean(labelled, { alpha: ALPHA });
  const everything = pool.n * pool.mean + labelled.reduce((sum, { f }) => sum + f, 0);
  const poolMean = trusted ? everything / (pool.n + labelled.length) : 0;
  const { low, high } = bettingPpiInterval(used, { poolMean, alpha: ALPHA });
  return {
    ...{ category: category.n, option, n: labelled.length, pool: pool.n },
    // a share is never outside of 0..1, whatever a linear correction says
    ...{ estimate: inside(tuned.estimate), low, high, normalLow: inside(tuned.low), normalHigh: inside(tuned.high) },
    ...{ classic: classic.estimate, lambda: tuned.lambda, effective: effectiveLabels(labelled.length, classic, tuned) },
  };
}

/** The labeller's own answers about evaluation assets: right or not, and how sure it was. */
function ratedRight(category: Category, evaluation: readonly Rated[]): Labelled[] {
  return evaluation.flatMap(({ truth, given, confidence }) => {
    const said = given[category.index] ?? NOT_ASKED;
    const is = truth[category.index] ?? NOT_ASKED;
    if (said === NOT_ASKED || is === UNSURE || is === OTHER) return [];
    const y = is !== NOT_ASKED && mainOf(category, is) === mainOf(category, said) ? 1 : 0;
    return [{ y, f: (confidence[category.index] ?? 0) / 1000 }];
  });
}

/** Whether evaluation assets have an option, by people and by the labeller; a question that does not apply has none. */
function ratedOption(category: Category, option: number, evaluation: readonly Rated[]): Labelled[] {
  return evaluation.flatMap(({ truth, given }) => {
    const is = truth[category.index] ?? NOT_ASKED;
    if (is === UNSURE || is === OTHER) return [];
    const has = (value: number) => (hasOption(category, value, option) ? 1 : 0);
    return [{ y: has(is), f: has(given[category.index] ?? NOT_ASKED) }];
  });
}

function hasOption(category: Category, value: number, option: number): boolean {
  return value >= 0 && mainOf(category, value) === option;
}

function predicted(n: number, sum: number, squares: number): Predicted {
  const mean = n > 0 ? sum / n : 0;
  return { n, mean, variance: n > 0 ? Math.max(0, squares / n - mean ** 2) : 0 };
}

function inside(share: number): number {
  return Math.min(1, Math.max(0, share));
}
