import { random, shuffled } from "../random.ts";
import { type Drawable, onePerGroup } from "./evaluation-set.ts";
import { kinOfGroups } from "./kinship.ts";

/** An asset with the labeller's mean doubt about the questions still asked: 0 sure, 1 no idea (or no answer yet). */
export interface Doubted extends Drawable {
  doubt: number;
  /** The rarest option the labeller gave it, `category:option`, where few of the pool have that option; see `RARE_BELOW`. */
  rare?: string | null;
}

export interface Drawn extends Drawable {
  /** The chance this asset had of being drawn: what makes an estimate over the sample unbiased. */
  probability: number;
  /** Drawn whatever the labeller thinks of it. */
  uniform: boolean;
}

/** What no sample may hold again. */
export interface Taken {
  /** Assets of evaluation sets: neither they nor their kin, near duplicates or the same person. */
  evaluated: readonly Drawable[];
  /** Assets of earlier samples: neither they nor their near duplicates. */
  sampled: readonly Drawable[];
}

/** Shares of a sample per quarter of the pool, from the surest to the most doubtful. None is 0: confident errors are found too. */
const SHARES = [0.1, 0.2, 0.3, 0.4];

/** An option is rare that the labeller gave to fewer than this share of the pool's assets. */
export const RARE_BELOW = 0.02;

/**
 * Draws the assets of one iteration: a quota of assets that seem to have rare options, a share that is drawn uniformly, and
 * the rest stratified by doubt; uniform within a stratum, at most one per near-duplicate group, and none that is `taken`.
 * Deterministic in the seed.
 *
 * The stored probability is exact. Strata by doubt and by rare option are disjoint and drawn first: a group of a stratum
 * has the chance p = draws / groups. What is left over, in whatever stratum, then has one chance u of the uniform share:
 * together p + (1 − p) u, over the group's members.
 *
 * @param rareShare the share of the sample that rare options get, at most; it goes round the options one asset at a time
 * @param uniformShare the share of the sample that is drawn without asking the labeller: it finds what that is surely wrong about
 */
export function drawSample(
  pool: readonly Doubted[],
  taken: Taken,
  {
    size,
    seed,
    rareShare = 0,
    uniformShare = 0,
  }: { size: number; seed: string; rareShare?: number; uniformShare?: number },
): Drawn[] {
  const { evaluated, sampled } = taken;
  const kinOf = kinOfGroups([...pool, ...evaluated]);
  const kin = new Set(evaluated.map(({ groupId }) => kinOf.get(groupId)));
  const assets = new Set([...evaluated, ...sampled].map(({ assetId }) => assetId));
  const groups = new Set(sampled.map(({ groupId }) => groupId));
  const free = pool.filter(
    ({ assetId, groupId }) => !assets.has(assetId) && !groups.has(groupId) && !kin.has(kinOf.get(groupId)),
  );
  const members = countMembers(free);
  const each = onePerGroup(free, seed);
  const inAll = Math.min(size, each.length);
  const byChance = Math.round(inAll * uniformShare);
  const strata = stratify(each, inAll - byChance, rareShare).map(({ name, stratum, take }) => {
    const order = onePerGroup(stratum, `${seed}.${name}`);
    return { drawn: order.slice(0, take), left: order.slice(take), chance: take / stratum.length };
  });
  const left = strata.flatMap((one) => one.left.map((asset) => ({ asset, chance: one.chance })));
  const chanceLeft = left.length > 0 ? byChance / left.length : 0;
  const uniform = shuffled(left, random(`${seed}.uniform`)).slice(0, byChance);
  return [
    ...strata.flatMap(({ drawn, chance }) => drawn.map((asset) => drawnAs(asset, chance, false))),
    ...uniform.map(({ asset, chance }) => drawnAs(asset, chance, true)),
  ];

  function drawnAs({ assetId, groupId }: Doubted, chance: number, uniform: boolean): Drawn {
    const ofGroup = chance + (1 - chance) * chanceLeft;
    return { assetId, groupId, probability: ofGroup / (members.get(groupId) ?? 1), uniform };
  }
}

/** The strata of rare options and those by doubt, with how many are drawn of each: `size` in all. */
function stratify(each: readonly Doubted[], size: number, rareShare: number) {
  const { rare, byDoubt, quotas } = divide(each, size, rareShare);
  const quarter = quarters(byDoubt);
  const wanted = allocate(
    quarter.map((stratum) => stratum.length),
    size - quotas,
  );
  return [
    ...quarter.map((stratum, place) => ({ name: `${place}`, stratum, take: wanted[place] ?? 0 })),
    ...rare.map(({ option, ...quota }) => ({ name: option, ...quota })),
  ];
}

/** The pool in strata of rare options and the rest by doubt, surest first. Where the rest is too small, rare options get more. */
function divide(each: readonly Doubted[], size: number, rareShare: number) {
  for (let quota = Math.floor(size * rareShare); ; ) {
    const rare = rareStrata(each, quota);
    const apart = new Set(rare.flatMap(({ stratum }) => stratum));
    // a stable sort: equal doubts keep the seeded random order, so that the strata's borders are fair
    const byDoubt = each.filter((asset) => !apart.has(asset)).sort((a, b) => a.doubt - b.doubt);
    const quotas = rare.reduce((sum, { take }) => sum + take, 0);
    const missing = size - quotas - byDoubt.length;
    if (missing <= 0) return { rare, byDoubt, quotas };
    quota += missing;
  }
}

/**
 * One stratum per rare option that gets anything, the rarest served first, one asset a round. Options that get nothing are no strata:
 * their assets stay with the doubtful ones, so that every asset keeps a chance.
 */
function rareStrata(pool: readonly Doubted[], quota: number): { option: string; stratum: Doubted[]; take: number }[] {
  const byOption = new Map<string, Doubted[]>();
  for (const asset of pool) {
    if (!asset.rare) continue;
    const known = byOption.get(asset.rare);
    if (known) known.push(asset);
    else byOption.set(asset.rare, [asset]);
  }
  const options = [...byOption].sort(([a, x], [b, y]) => x.length - y.length || (a < b ? -1 : 1));
  const strata = options.map(([option, stratum]) => ({ option, stratum, take: 0 }));
  for (let left = quota; left > 0; ) {
    const open = strata.filter(({ take, stratum }) => take < stratum.length).slice(0, left);
    if (open.length === 0) break;
    for (const stratum of open) stratum.take++;
    left -= open.length;
  }
  return strata.filter(({ take }) => take > 0);
}

/** How many to take of each stratum: by `SHARES`, and where a stratum is too small the rest goes to the most doubtful. */
function allocate(sizes: readonly number[], size: number): number[] {
  const least = size >= sizes.length ? 1 : 0; // no quarter is left out where each can have one
  const wanted = sizes.map((available, place) =>
    Math.min(available, Math.max(least, Math.floor(size * (SHARES[place] ?? 0)))),
  );
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
