import type { Protocol } from "../annotate/protocol.ts";
import { gwetAc1 } from "./ac1.ts";
import { type AnsweredPage, crowdItems, LABELLER } from "./crowd-items.ts";
import type { Estimate } from "./interval.ts";
import { cohenKappa } from "./kappa.ts";
import { krippendorffAlpha, pooledAlpha } from "./krippendorff.ts";

/** How far people agree beyond chance; null where too little was answered twice. Intervals are 95 %. */
export interface Reliability {
  /** Over all questions. */
  alpha: Estimate | null;
  questions: {
    category: number;
    alpha: Estimate | null;
    ac1: Estimate | null;
    /** Of the labeller and those people who agree among themselves. */
    labellerKappa: Estimate | null;
  }[];
}

/** Few draws a question: seventy intervals are shown at once, and the third digit of their ends says nothing. */
const DRAWS = 300;

/** Agreement of people about the same assets, question by question and over all. */
export function measureReliability(
  protocol: Protocol,
  pages: readonly AnsweredPage[],
  labeller: ReadonlyMap<string, readonly number[]>,
): Reliability {
  const items = crowdItems(
    protocol,
    pages.filter(({ truth }) => truth === null),
    labeller,
  ).map(({ question, votes }) => ({
    question,
    unit: votes.flatMap(({ rater, value }) => (rater === LABELLER ? [] : [value])),
    model: votes.find(({ rater }) => rater === LABELLER)?.value,
  }));
  const byQuestion = Map.groupBy(items, ({ question }) => question);
  return {
    alpha: pooledAlpha(items, "alpha", DRAWS),
    questions: [...byQuestion]
      .map(([category, about]) => {
        const units = about.map(({ unit }) => unit);
        const pairs = about.flatMap(({ unit, model }) =>
          model !== undefined && new Set(unit).size === 1 ? [[unit[0] as number, model] as const] : [],
        );
        return {
          category,
          alpha: krippendorffAlpha(units, `alpha ${category}`, DRAWS),
          ac1: gwetAc1(units, (protocol.categories[category - 1]?.options.length ?? 0) + 3),
          labellerKappa: cohenKappa(pairs),
        };
      })
      .sort((a, b) => a.category - b.category),
  };
}
