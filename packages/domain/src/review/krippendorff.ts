import { bootstrapInterval, type Estimate } from "./interval.ts";

/** What was said about one item, by however many; who did not answer is not in it. */
export type Unit = readonly number[];

/**
 * Krippendorff's alpha for nominal answers, missing ones allowed (Krippendorff 2019, Content Analysis, 4th ed., ch. 12):
 * 1 - observed / expected disagreement. The interval draws units again, as Zapf et al. 2016, BMC Medical Research
 * Methodology 16:93 advise. Null where all say the same thing about everything, or nothing was answered twice.
 */
export function krippendorffAlpha(units: readonly Unit[], seed = "alpha", draws = 1000): Estimate | null {
  return pooledAlpha(
    units.map((unit) => ({ question: 0, unit })),
    seed,
    draws,
  );
}

/**
 * Alpha over many questions: one minus the disagreement observed over that expected, both summed over the questions. What
 * chance gives is taken per question; options of different questions are never compared.
 */
export function pooledAlpha(
  answered: readonly { question: number; unit: Unit }[],
  seed = "alpha",
  draws = 1000,
): Estimate | null {
  const items = answered.filter(({ unit }) => unit.length > 1);
  const value = alphaOf(items);
  const interval = bootstrapInterval(items, alphaOf, { seed, draws });
  return value === null || !interval ? null : { value, n: items.length, ...interval };
}

function alphaOf(items: readonly { question: number; unit: Unit }[]): number | null {
  const questions = new Map<number, { n: number; disagreed: number; counts: Map<number, number> }>();
  for (const { question, unit } of items) {
    const sums = questions.get(question) ?? { n: 0, disagreed: 0, counts: new Map<number, number>() };
    questions.set(question, sums);
    sums.n += unit.length;
    // ordered pairs that differ, over the answers of the unit less one: its part of the coincidence matrix off the diagonal
    for (const value of unit) {
      sums.counts.set(value, (sums.counts.get(value) ?? 0) + 1);
      sums.disagreed += unit.filter((other) => other !== value).length / (unit.length - 1);
    }
  }
  let [observed, expected] = [0, 0];
  for (const { n, disagreed, counts } of questions.values()) {
    observed += disagreed;
    for (const count of counts.values()) expected += (count * (n - count)) / (n - 1);
  }
  return expected > 0 ? 1 - observed / expected : null;
}
