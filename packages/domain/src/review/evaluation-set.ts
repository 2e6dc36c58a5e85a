import { random, shuffled } from "../random.ts";
import { type Kin, kinOfGroups } from "./kinship.ts";

/** An asset that may be drawn. */
export type Drawable = Kin;

/** An evaluation set as it was drawn. */
export interface DrawnSet {
  items: Drawable[];
  /** The chance of every near-duplicate group to be in it, and of every one that comes later: in (0, 1]. */
  inclusion: number;
}

/** The next version of an evaluation set, and how it differs from the one before. */
export interface ToppedUp {
  items: Drawable[];
  added: Drawable[];
  /** What the pool no longer holds. */
  departed: Drawable[];
}

interface Drawing {
  seed: string;
  /** Assets that people were asked about to learn from: neither they nor their kin may be drawn. */
  sampled?: readonly Drawable[];
}

/**
 * Draws an evaluation set: uniform over near-duplicate groups, one asset each, so that no picture counts twice. Every kin (what
 * shows one person) has a permanent random number, and those with the smallest are drawn (Ohlsson 1995, sequential simple
 * random sampling), so that the same pool and seed give the same set, in whatever order the pool was read. Fewer groups than
 * `size` give fewer assets; a kin is drawn whole or not at all, so that the last one may bring more.
 *
 * The first number that is not drawn is, given all others, the chance of each that was drawn (rank conditioning: Cohen and Kaplan 2007).
 */
export function drawEvaluationSet(pool: readonly Drawable[], size: number, drawing: Drawing): DrawnSet {
  const ranked = rankedKin(pool, drawing);
  let held = 0;
  let drawn = 0;
  for (const { groups } of ranked) {
    if (held >= size) break;
    held += groups.length;
    drawn += 1;
  }
  const items = ranked.slice(0, drawn).flatMap(({ groups }) => groups.map((group) => oneOf(group, drawing.seed)));
  return { items: inOrder(items), inclusion: ranked[drawn]?.number ?? 1 };
}

/**
 * The version of an evaluation set that is a uniform draw of the pool as it is now: what came since the last one is drawn with
 * the same chance, by its kin's own number, and what left is left out. A group keeps the asset that stands for it.
 */
export function topUpEvaluationSet(
  pool: readonly Drawable[],
  current: { items: readonly Drawable[]; inclusion: number },
  drawing: Drawing,
): ToppedUp {
  const before = new Set(current.items.map(({ assetId }) => assetId));
  const kept = pool.filter(({ assetId }) => before.has(assetId));
  const here = new Set(kept.map(({ assetId }) => assetId));
  const held = new Set(kept.map(({ groupId }) => groupId));
  const added = rankedKin(pool, drawing)
    .filter(({ number }) => number < current.inclusion)
    .flatMap(({ groups }) => groups)
    .filter((group) => !held.has((group[0] as Drawable).groupId))
    .map((group) => oneOf(group, drawing.seed));
  return {
    items: inOrder([...kept, ...added]),
    added: inOrder(added),
    departed: current.items.filter(({ assetId }) => !here.has(assetId)),
  };
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
  const groups = byGroup(pool);
  const draw = random(seed);
  const order = shuffled([...groups.keys()].sort(), draw);
  return order.map((groupId) => {
    const members = groups.get(groupId) as T[];
    return members[Math.floor(draw() * members.length)] as T;
  });
}

/** Every kin that may be drawn with its groups, by its permanent random number in [0, 1), smallest first. */
function rankedKin(pool: readonly Drawable[], { seed, sampled = [] }: Drawing) {
  const kinOf = kinOfGroups([...pool, ...sampled]);
  const taken = new Set(sampled.map(({ groupId }) => kinOf.get(groupId)));
  const kin = Map.groupBy(byGroup(pool).values(), ([first]) => kinOf.get((first as Drawable).groupId) as string);
  return [...kin]
    .filter(([name]) => !taken.has(name))
    .map(([name, groups]) => ({ name, groups, number: random(`${seed}.${name}`)() }))
    .sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

/** The member of a group whose own number is smallest: uniform, and the same whoever else leaves. */
function oneOf(group: readonly Drawable[], seed: string): Drawable {
  const numbered = group.map((asset) => ({ asset, number: random(`${seed}.${asset.assetId}`)() }));
  return numbered.reduce((least, one) => (one.number < least.number ? one : least)).asset;
}

function byGroup<T extends Drawable>(pool: readonly T[]): Map<string, T[]> {
  return Map.groupBy(inOrder(pool), ({ groupId }) => groupId);
}

function inOrder<T extends Drawable>(assets: readonly T[]): T[] {
  return [...assets].sort((a, b) => (a.assetId < b.assetId ? -1 : 1));
}
