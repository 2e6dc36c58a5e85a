import { mainOf, NOT_ASKED, OTHER, UNSURE } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import type { Tally } from "./gate.ts";

/** One evaluation asset: what people said and what the labeller said, packed in protocol order. */
export interface Scored {
  truth: readonly number[];
  given: readonly number[];
}

export interface Accuracy {
  n: number;
  correct: number;
  accuracy: number | null;
}

export interface Scores {
  all: Accuracy;
  head: Accuracy;
  tail: Accuracy;
  /** Answering every question with its most frequent answer of the evaluation set itself: a baseline in its own favour. */
  majority: { all: Accuracy; head: Accuracy; tail: Accuracy };
  /** Per axis; `global` is reported and never enters a mean of axes. */
  axes: Record<string, Accuracy>;
  perCategory: Tally[];
}

/**
 * Accuracy of a labeller on the evaluation set. Scored is every answer a person gave to a question that applies, save
 * `unsure` and `other` (no option to be right with); a labeller that did not get to ask the question is wrong there. Two
 * colours count by the main one. Tail = answers whose option is among the rarest third of the options that occur.
 */
export function score(protocol: Protocol, items: readonly Scored[]): Scores {
  const marks = protocol.categories.flatMap((category) => markCategory(category, items));
  const tail = tailOptions(marks);
  const split = (right: (mark: Mark) => boolean) => ({
    all: count(marks, right),
    head: count(
      marks.filter((mark) => !tail.has(mark.option)),
      right,
    ),
    tail: count(
      marks.filter((mark) => tail.has(mark.option)),
      right,
    ),
  });
  const axes = [...new Set(protocol.categories.map(({ axis }) => axis))];
  return {
    ...split((mark) => mark.right),
    majority: split((mark) => mark.majority),
    axes: Object.fromEntries(
      axes.map((axis) => [
        axis,
        count(
          marks.filter(({ category }) => category.axis === axis),
          (mark) => mark.right,
        ),
      ]),
    ),
    perCategory: protocol.categories.map((category) => {
      const own = marks.filter((mark) => mark.category === category);
      return {
        category: category.n,
        ...tallyOf(own),
        ...(category.absent && { present: tallyOf(own.filter(isPresent)) }),
      };
    }),
  };
}

/** Whether an answer of a person can be scored at all. */
export function isScored(packed: number): boolean {
  return packed !== NOT_ASKED && packed !== UNSURE && packed !== OTHER;
}

interface Mark {
  category: Category;
  truth: number;
  option: string;
  right: boolean;
  majority: boolean;
}

function markCategory(category: Category, items: readonly Scored[]): Mark[] {
  const pairs = items
    .map(({ truth, given }) => ({
      truth: truth[category.index] ?? NOT_ASKED,
      given: given[category.index] ?? NOT_ASKED,
    }))
    .filter(({ truth }) => isScored(truth))
    .map(({ truth, given }) => ({ truth: mainOf(category, truth), given: mainOf(category, given) }));
  const usual = mostFrequent(pairs.map(({ truth }) => truth));
  return pairs.map(({ truth, given }) => ({
    category,
    truth,
    option: `${category.n}.${truth}`,
    right: truth === given,
    majority: truth === usual,
  }));
}

function tallyOf(marks: readonly Mark[]): { n: number; correct: number } {
  return { n: marks.length, correct: marks.filter(({ right }) => right).length };
}

/** Whether people see the thing that the category asks about. */
function isPresent({ category, truth }: Mark): boolean {
  return truth !== category.options.indexOf(category.absent ?? "");
}

/** The rarest third of the options that occur; ties are cut in the order of category and option. */
function tailOptions(marks: readonly Mark[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { option } of marks) counts.set(option, (counts.get(option) ?? 0) + 1);
  const rarestFirst = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1)).map(([option]) => option);
  return new Set(rarestFirst.slice(0, Math.floor(rarestFirst.length / 3)));
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || a - b)[0]?.[0];
}

function count(marks: readonly Mark[], right: (mark: Mark) => boolean): Accuracy {
  const correct = marks.filter(right).length;
  return { n: marks.length, correct, accuracy: marks.length > 0 ? correct / marks.length : null };
}
