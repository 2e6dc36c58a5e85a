import { type Drawable, onePerGroup } from "./evaluation-set.ts";

/** An asset with the labeller's mean doubt about the questions still asked: 0 sure, 1 no idea (or no answer yet). */
export interface Doubted extends Drawable {
  doubt: number;
}

export interface Drawn extends Drawable {
  /** The chance this asset had of being drawn: what makes an estimate over the sample unbiased. */
  probability: number;
}

/** Shares of a sample per quarter of the pool, from the surest to the most doubtful. None is 0: confident errors are found too. */
const SHARES = [0.1, 0.2, 0.3, 0.4];

/**
 * Draws the assets of one iteration: stratified by doubt, uniform within a stratum, at most one per near-duplicate group,
 * and none whose asset or group is in `taken` (the evaluation set and earlier samples). Deterministic in the seed.
 */
export function drawSample(
  pool: readonly Doubted[],
  taken: readonly Drawable[],
  { size, seed }: { size: number; seed: string },
): Drawn[] {
  const assets = new Set(taken.map(({ assetId }) => assetId));
  const groups = new Set(taken.map(({ groupId }) => groupId));
  const free = pool.filter(({ assetId, groupId }) => !assets.has(assetId) && !groups.has(groupId));
  const members = countMembers(free);
  // a stable sort: equal doubts keep the seeded random order, so that the strata's borders are fair
  const byDoubt = onePerGroup(free, seed).sort((a, b) => a.doubt - b.doubt);
  const strata = quarters(byDoubt);
  const wanted = allocate(
    strata.map((stratum) => stratum.length),
    Math.min(size, byDoubt.length),
  );
  return strata.flatMap((stratum, place) => {
    const take = wanted[place] ?? 0;
    return onePerGroup(stratum, `${seed}.${place}`)
      .slice(0, take)
      .map(({ assetId, groupId }) => ({
        assetId,
        groupId,
        probability: take / stratum.length / (members.get(groupId) ?? 1),
      }));
  });
}

/** How many to take of each stratum: by `SHARES`, and where a stratum is too small the rest goes to the most doubtful. */
function allocate(sizes: readonly number[], size: number): number[] {
  const wanted = sizes.map((available, place) => Math.min(available, Math.floor(size * (SHARES[place] ?? 0))));
  let left = size - wanted.reduce((sum, count) => sum + count, 0);
  for (let place = sizes.length - 1; place >= 0 && left > 0; place--) {
    const more = Math.min(left, (sizes[place] ?? 0) - (wanted[place] ?? 0));
    wanted[place] = (wanted[place] ?? 0) + more;
    left -= more;
  }
  return wanted;
}

function quarters<T>(items: readonly T[]): T[][] {
  const cut = (quarter: number) => Math.round((items.length * quarter) / SHARES.length);
  return SHARES.map((_, place) => items.slice(cut(place), cut(place + 1)));
}

function countMembers(pool: readonly Drawable[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { groupId } of pool) counts.set(groupId, (counts.get(groupId) ?? 0) + 1);
  return counts;
}
