import { mainOf, NOT_ASKED, UNSURE } from "../annotate/answer.ts";
import type { Category, Protocol } from "../annotate/protocol.ts";
import type { CrowdItem } from "./crowd.ts";

/** What one person said on one page: her packed answers to those of its categories that applied. */
export interface AnsweredPage {
  assetId: string;
  reviewer: string;
  categories: readonly number[];
  said: ReadonlyMap<number, number>;
  /** The right answers in protocol order, where the page tests people. */
  truth: readonly number[] | null;
}

/** The labeller among the raters; no person's key may have this name's first character. */
export const LABELLER = " labeller";

/**
 * The votes per asset and question: everybody's main answer, that a question does not apply being one, and the labeller's
 * as one more. Nobody is judged by `unsure`; a question that applies to nobody is none; a page with known answers stands alone.
 *
 * @param labeller the labeller's own packed answers, by asset
 */
export function crowdItems(
  protocol: Protocol,
  pages: readonly AnsweredPage[],
  labeller: ReadonlyMap<string, readonly number[]>,
): CrowdItem[] {
  const tests = pages.filter(({ truth }) => truth !== null).map((page) => [page]);
  const others = Map.groupBy(
    pages.filter(({ truth }) => truth === null),
    ({ assetId }) => assetId,
  );
  return [...tests, ...others.values()].flatMap((about) =>
    protocol.categories.flatMap((category) => itemOf(category, about, labeller)),
  );
}

function itemOf(
  category: Category,
  about: readonly AnsweredPage[],
  labeller: ReadonlyMap<string, readonly number[]>,
): CrowdItem[] {
  const votes = about
    .filter(({ categories }) => categories.includes(category.n))
    .map(({ reviewer, said }) => ({ rater: reviewer, value: mainOf(category, said.get(category.n) ?? NOT_ASKED) }))
    .filter(({ value }) => value !== UNSURE);
  if (votes.length === 0) return [];
  const { assetId, truth } = about[0] as AnsweredPage;
  const right = truth?.[category.index];
  const gold = right === undefined || right === UNSURE ? undefined : mainOf(category, right);
  const model = labeller.get(assetId)?.[category.index];
  if (model !== undefined) votes.push({ rater: LABELLER, value: mainOf(category, model) });
  if ([...votes.map(({ value }) => value), gold ?? NOT_ASKED].every((value) => value === NOT_ASKED)) return [];
  // beside the options one can say: does not apply, not visible, other
  const options = category.options.length + 3;
  return [{ asset: assetId, question: category.n, options, votes, ...(gold !== undefined && { gold }) }];
}
