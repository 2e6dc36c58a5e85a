import type { Ballot, Vote } from "./agreement.ts";

/** What was said on one page about an evaluation asset. */
export interface PageVote {
  /** Which of the people who were to answer it, from 1; null: one more, about what they differ in. */
  turn: number | null;
  /** The page has ended. */
  answered: boolean;
  /** What the page asked. */
  asked: readonly number[];
  /** What of that was answered or did not apply, and stands. */
  categories: readonly number[];
  said: ReadonlyMap<number, number>;
}

/**
 * The pages about one asset as votes. A turn is one vote, however many pages it was put before people on: what somebody in
 * quarantine had answered is asked on another page, and so is what was not asked at first. What two pages of a turn both
 * answer (its first annotator was let out of quarantine) is one more opinion. Tie-breaks come last.
 */
export function castBallot(pages: readonly PageVote[]): Required<Ballot> {
  const turns = new Map<number, { categories: number[]; said: Map<number, number> } | null>();
  const more: Vote[] = [];
  const broken = new Set<number>();
  for (const { turn, answered, asked, categories, said } of pages) {
    if (turn === null) for (const category of asked) broken.add(category);
    else if (!turns.has(turn)) turns.set(turn, null);
    if (!answered || categories.length === 0) continue;
    if (turn === null) {
      more.push({ categories, said });
      continue;
    }
    const vote = turns.get(turn) ?? { categories: [], said: new Map<number, number>() };
    turns.set(turn, vote);
    const again = categories.filter((category) => vote.categories.includes(category));
    if (again.length > 0) more.unshift({ categories: again, said: only(said, again) });
    const fresh = categories.filter((category) => !vote.categories.includes(category));
    vote.categories.push(...fresh);
    for (const [category, value] of only(said, fresh)) vote.said.set(category, value);
  }
  const votes = [...turns].sort(([a], [b]) => a - b).flatMap(([, vote]) => vote ?? []);
  return { pages: turns.size, votes: [...votes, ...more], tieBroken: broken };
}

function only(said: ReadonlyMap<number, number>, categories: readonly number[]): Map<number, number> {
  return new Map([...said].filter(([category]) => categories.includes(category)));
}
