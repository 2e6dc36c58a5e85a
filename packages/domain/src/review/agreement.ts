import { mainOf, NOT_ASKED } from "../annotate/answer.ts";
import type { Protocol } from "../annotate/protocol.ts";

/** What one person said about an asset: the categories her page asked, and her packed answers to those that applied. */
export interface Vote {
  categories: readonly number[];
  said: ReadonlyMap<number, number>;
}

/** The votes about one asset, in the order of their turns, and how many people were to vote on it: some may skip. */
export interface Ballot {
  pages: number;
  votes: readonly Vote[];
  /** What one more person was asked about, because they differ in it. */
  tieBroken?: ReadonlySet<number>;
}

/**
 * What people agree on, per category in protocol order: the packed answer given by two of them (by the one, where one was
 * to answer) and by more than any other; null where there is none. That a question does not apply is an answer like
 * any other. Two colours agree by their main one, free texts by being no usual phrase.
 */
export function consensus(protocol: Protocol, { pages, votes }: Ballot): (number | null)[] {
  const needed = Math.min(2, pages);
  return protocol.categories.map((category) => {
    const given = votes
      .filter(({ categories }) => categories.includes(category.n))
      .map(({ said }) => said.get(category.n) ?? NOT_ASKED);
    const counts = new Map<number, { value: number; count: number }>();
    for (const value of given) {
      const main = mainOf(category, value);
      counts.set(main, { value: counts.get(main)?.value ?? value, count: (counts.get(main)?.count ?? 0) + 1 });
    }
    const [first, second] = [...counts.values()].sort((a, b) => b.count - a.count);
    return first && first.count >= needed && first.count > (second?.count ?? 0) ? first.value : null;
  });
}

/** Category numbers to put before one more person, once: everybody who was to answer did, and they do not agree. */
export function disagreements(protocol: Protocol, ballot: Ballot): number[] {
  if (ballot.pages < 2 || ballot.votes.length < ballot.pages) return [];
  const asked = new Set(ballot.votes.flatMap(({ categories }) => categories));
  return consensus(protocol, ballot).flatMap((value, index) =>
    value === null && asked.has(index + 1) && !ballot.tieBroken?.has(index + 1) ? [index + 1] : [],
  );
}

/** How far people's first, independent answers agree, over all assets and the questions that applied to somebody. */
export interface Agreement {
  /** Questions that at least two people answered independently. */
  n: number;
  agreed: number;
  /** Questions that stayed without a majority: they are not scored. */
  contested: number;
}

/** Counts agreement among the first `pages` votes of every ballot, and what the tie-break did not settle either. */
export function agreementOf(protocol: Protocol, ballots: readonly Ballot[]): Agreement {
  const found = { n: 0, agreed: 0, contested: 0 };
  for (const ballot of ballots) {
    if (ballot.pages < 2 || ballot.votes.length < ballot.pages) continue;
    const first = { ...ballot, votes: ballot.votes.slice(0, ballot.pages) };
    const before = consensus(protocol, first);
    const after = consensus(protocol, ballot);
    protocol.categories.forEach(({ n, index }) => {
      if (!first.votes.some(({ said }) => said.has(n))) return;
      found.n += 1;
      if (before[index] !== null) found.agreed += 1;
      if (after[index] === null) found.contested += 1;
    });
  }
  return found;
}
