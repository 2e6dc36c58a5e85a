import { random, shuffled } from "../random.ts";

/** An asset that may be drawn; assets of one group are near duplicates of each other. */
export interface Drawable {
  assetId: string;
  groupId: string;
}

/**
 * Draws the evaluation set: uniform over near-duplicate groups, one asset each, so that no picture counts twice. The
 * same pool and seed give the same set, in whatever order the pool was read. Fewer groups than `size` give fewer assets.
 */
export function drawEvaluationSet(pool: readonly Drawable[], size: number, seed: string): Drawable[] {
  return onePerGroup(pool, seed)
    .slice(0, size)
    .sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
}

/** What the set's sha256 is taken over: its asset ids in ascending order, one a line, each line ended. */
export function evaluationSetText(assetIds: readonly string[]): string {
  return [...assetIds]
    .sort()
    .map((id) => `${id}\n`)
    .join("");
}

/** The groups in seeded random order, each by one member drawn uniformly. */
export function onePerGroup<T extends Drawable>(pool: readonly T[], seed: string): T[] {
  const groups = new Map<string, T[]>();
  for (const asset of [...pool].sort((a, b) => (a.assetId < b.assetId ? -1 : 1))) {
    const members = groups.get(asset.groupId);
    if (members) members.push(asset);
    else groups.set(asset.groupId, [asset]);
  }
  const draw = random(seed);
  const order = shuffled([...groups.keys()].sort(), draw);
  return order.map((groupId) => {
    const members = groups.get(groupId) as T[];
    return members[Math.floor(draw() * members.length)] as T;
  });
}
