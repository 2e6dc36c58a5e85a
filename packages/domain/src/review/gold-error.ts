import type { Protocol } from "../annotate/protocol.ts";
import { type Ballot, consensus } from "./agreement.ts";
import { isScored } from "./score.ts";

/** How sure the answers are that everything is measured by, for one category. */
export interface GoldError {
  category: number;
  /** Assets that two people answered, each blind to the other. */
  pairs: number;
  disagreed: number;
  /** How often one person errs; null where nobody was doubled. */
  ofOne: number | null;
  /** How often what people agree on is wrong; null where nobody was doubled. */
  ofConsensus: number | null;
}

/**
 * Estimates from the first two blind answers of each asset how often the evaluation set itself is wrong, category by category.
 * Two people who each err in e of their answers, independently and both to the same wrong option, differ in 2e(1 - e);
 * the third decides what they differ in, so that the consensus errs in 3e² - 2e³: errors that spread over several
 * options meet less often, so this is a cautious figure. A category few answered is pulled to the mean of all.
 *
 * It cannot see what everybody gets wrong alike.
 */
export function goldErrors(protocol: Protocol, ballots: readonly Ballot[]): GoldError[] {
  const counts = protocol.categories.map(() => ({ pairs: 0, disagreed: 0 }));
  for (const { pages, votes } of ballots) {
    if (pages < 2 || votes.length < 2) continue;
    const pair = { pages: 2, votes: votes.slice(0, 2) };
    const agreed = consensus(protocol, pair);
    protocol.categories.forEach(({ n, index }) => {
      const said = pair.votes.map((vote) => vote.said.get(n));
      if (!said.some((value) => value !== undefined && isScored(value))) return;
      const count = counts[index] as (typeof counts)[number];
      count.pairs += 1;
      if (agreed[index] === null) count.disagreed += 1;
    });
  }
  const all = counts.reduce(
    (sum, { pairs, disagreed }) => ({ pairs: sum.pairs + pairs, disagreed: sum.disagreed + disagreed }),
    {
      pairs: 0,
      disagreed: 0,
    },
  );
  const usual = all.pairs > 0 ? all.disagreed / all.pairs : 0;
  return counts.map(({ pairs, disagreed }, index) => {
    const category = index + 1;
    if (all.pairs === 0) return { category, pairs, disagreed, ofOne: null, ofConsensus: null };
    const differ = Math.min(0.5, (disagreed + PULL * usual) / (pairs + PULL));
    const ofOne = (1 - Math.sqrt(1 - 2 * differ)) / 2;
    return { category, pairs, disagreed, ofOne, ofConsensus: 3 * ofOne ** 2 - 2 * ofOne ** 3 };
  });
}

/** The mean of all categories counts as much as this many doubled answers. */
const PULL = 20;
