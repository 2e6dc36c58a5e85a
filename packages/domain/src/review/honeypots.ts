import { UNSURE } from "../annotate/answer.ts";
import type { Protocol } from "../annotate/protocol.ts";
import { random, shuffled } from "../random.ts";
import { type Ballot, consensus } from "./agreement.ts";
import { isScored } from "./score.ts";

/** An asset whose right answers are known because people agree on them: `truth` packed, {@link UNSURE} where they do not. */
export interface KnownAsset {
  assetId: string;
  truth: number[];
}

/** Fewer answers that can be right or wrong than this test nobody. */
const LEAST_SCORED = 5;

/** Assets fit to test people with: two or more, each blind to the others, agree about enough of the asked questions. */
export function knownAssets(
  protocol: Protocol,
  ballots: ReadonlyMap<string, Ballot>,
  asked: readonly number[],
): KnownAsset[] {
  return [...ballots].flatMap(([assetId, ballot]) => {
    if (ballot.votes.length < 2) return [];
    const truth = consensus(protocol, { ...ballot, pages: Math.max(2, ballot.pages) }).map((value) => value ?? UNSURE);
    const scored = asked.filter((n) => isScored(truth[n - 1] as number)).length;
    return scored >= LEAST_SCORED ? [{ assetId, truth }] : [];
  });
}

/**
 * Draws which assets the next `count` pages test with: those shown least so far first, by chance among equals, each as
 * often as is needed. Deterministic in the seed. Nothing is drawn from nothing.
 */
export function drawHoneypots(
  known: readonly KnownAsset[],
  shown: ReadonlyMap<string, number>,
  { count, seed }: { count: number; seed: string },
): (KnownAsset & { turn: number })[] {
  const byId = [...known].sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
  const queue = shuffled(byId, random(seed)).map((asset) => ({ asset, turn: shown.get(asset.assetId) ?? 0 }));
  return Array.from({ length: queue.length === 0 ? 0 : count }, () => {
    const least = queue.reduce((best, one) => (one.turn < best.turn ? one : best));
    least.turn += 1;
    return { ...least.asset, turn: least.turn };
  });
}
