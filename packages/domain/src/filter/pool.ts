import type { Gates } from "./gate.ts";

/** An asset of the pool that looks like a picture; `distance` is the number of differing bits of their 64-bit hashes. */
export interface Likeness {
  assetId: string;
  /** Near-duplicate group: the id of its first asset. */
  groupId: string;
  distance: number;
}

export type Place = { duplicateOf: string } | { groupId: string };

/**
 * Where a new asset stands in the pool: too like one that is there, or admitted, into the group of the most similar one or as the
 * first of a group of its own.
 */
export function placeInPool(
  assetId: string,
  alike: readonly Likeness[],
  gates: Pick<Gates, "sameBits" | "groupBits">,
): Place {
  const nearest = alike.toSorted((a, b) => a.distance - b.distance || a.assetId.localeCompare(b.assetId))[0];
  if (nearest && nearest.distance <= gates.sameBits) return { duplicateOf: nearest.assetId };
  if (nearest && nearest.distance <= gates.groupBits) return { groupId: nearest.groupId };
  return { groupId: assetId };
}

/** Number of differing bits. */
export function hammingDistance(a: bigint, b: bigint): number {
  let bits = 0;
  for (let rest = BigInt.asUintN(64, a ^ b); rest > 0n; rest &= rest - 1n) bits++;
  return bits;
}

/**
 * Keys under which every hash within 7 bits of `hash` can be found: a hash is filed under its four 16-bit bands; two hashes that differ in
 * at most 7 bits differ in at most 1 bit of some band. So each band is asked for as it is and with each one bit turned: 68 keys.
 * A key is `band · 65536 + bits`, band 0 the most significant.
 */
export function bandKeys(hash: bigint): number[] {
  return [0, 1, 2, 3].flatMap((band) => {
    const bits = Number((BigInt.asUintN(64, hash) >> BigInt(48 - 16 * band)) & 0xffffn);
    const turned = Array.from({ length: 16 }, (_, bit) => bits ^ (1 << bit));
    return [bits, ...turned].map((b) => band * 65_536 + b);
  });
}
