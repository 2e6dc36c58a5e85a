import { mainOf, OTHER } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import { searchWords } from "./search-words.ts";

/** How many of a source's assets have this packed answer to the category at `index`. */
export interface AnswerCount {
  sourceId: string;
  index: number;
  value: number;
  count: number;
}

/** What a source brings of an option. */
export interface Bringer {
  sourceId: string;
  /** Its assets that show it. */
  brought: number;
  /** Their share of its assets, smoothed. */
  rate: number;
}

/** An option of which the pool has too few examples. */
export interface Lack {
  category: string;
  option: string;
  /** Assets that show it, and how many should at least. */
  have: number;
  want: number;
  /** Its share of all that is missing; over all lacking options they sum to 1. */
  weight: number;
  /** What is searched for to find it; null where no words find it. */
  query: string | null;
  /** Every source, the best first. */
  sources: readonly Bringer[];
}

/** Fewer options than this do not raise the floor: half of the assets need not be "yes". */
const FEWEST_OPTIONS = 10;

/**
 * The fewest examples that each option of a category should have: half of what it would have among `visible` answers if all options
 * were equally frequent, and never more than one in twenty. 0 (nothing lacks) below 20 visible answers.
 */
export function floorOf(visible: number, options: number): number {
  return Math.floor(visible / (2 * Math.max(options, FEWEST_OPTIONS)));
}

/**
 * The share of each in a sum, however small or large they are.
 * @param amounts not negative; where all are 0, each weighs the same
 */
export function weightsOf(amounts: readonly number[]): number[] {
  const sum = amounts.reduce((total, amount) => total + amount, 0);
  return amounts.map((amount) => (sum > 0 ? amount / sum : 1 / amounts.length));
}

/**
 * The options that the pool lacks, those that weigh most first, and among equals those that lack most assets. An option weighs its relative shortfall (want − have) / want, over the sum of
 * all. An option that is absent by itself ("none") is the rest of its category and lacks nothing.
 * @param counts the pool's answers, by models and people alike; a second colour is not counted
 * @param sources every source that may be asked, also one that brought nothing yet
 */
export function findLacks(protocol: Protocol, counts: readonly AnswerCount[], sources: readonly string[]): Lack[] {
  const known = [...new Set([...sources, ...counts.map(({ sourceId }) => sourceId)])].sort();
  const byCategory = Map.groupBy(counts, ({ index }) => index);
  const lacks = protocol.categories.flatMap((category) =>
    lacksOf(category, byCategory.get(category.index) ?? [], known).map((lack) => ({
      ...lack,
      query: searchWords(protocol, category, lack.option),
    })),
  );
  const weights = weightsOf(lacks.map(({ have, want }) => (want - have) / want));
  return lacks
    .map((lack, place) => ({ ...lack, weight: weights[place] ?? 0 }))
    .sort((a, b) => b.weight - a.weight || b.want - b.have - (a.want - a.have));
}

/**
 * How much of a crawl's target each source is given: by what it brought of the lacking options, each by its weight. Sums to 1; every source
 * the same where nothing lacks.
 */
export function sourceWeights(lacks: readonly Lack[], sources: readonly string[]): number[] {
  return weightsOf(
    sources.map((id) => lacks.reduce((sum, { weight, sources: all }) => sum + weight * rateOf(all, id), 0)),
  );
}

/** The share of a source's assets that show an option. */
export function rateOf(sources: readonly Bringer[], id: string): number {
  return sources.find(({ sourceId }) => sourceId === id)?.rate ?? 0;
}

function lacksOf(
  category: Category,
  counts: readonly AnswerCount[],
  sources: readonly string[],
): Omit<Lack, "weight" | "query">[] {
  const seen = counts.map(({ value, ...rest }) => ({ ...rest, main: mainOf(category, value) }));
  const visible = seen.filter(({ main }) => main >= 0 || main === OTHER);
  const want = floorOf(total(visible), category.options.length);
  return category.options.flatMap((option, main) => {
    const showing = visible.filter((one) => one.main === main);
    const have = total(showing);
    if (option === category.absent || have >= want) return [];
    const n = category.options.length;
    const of = (all: typeof visible, id: string) => total(all.filter(({ sourceId }) => sourceId === id));
    // A source starts from the pool's rate, as sure as if so many assets as there are options had said so: one that is new is neither
    // favoured nor left out, and of what nobody brought no source is better than another.
    const ofPool = have / total(visible);
    const rates = sources.map((sourceId) => {
      const brought = of(showing, sourceId);
      return { sourceId, brought, rate: (brought + n * ofPool) / (of(visible, sourceId) + n) };
    });
    return [{ category: category.id, option, have, want, sources: rates.sort((a, b) => b.rate - a.rate) }];
  });
}

function total(counts: readonly { count: number }[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}
