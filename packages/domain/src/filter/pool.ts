import type { Gates } from "./gate.ts";

/** An asset that looks like a picture. */
export interface Likeness {
  assetId: string;
  /** Near-duplicate group: the id of its first asset. */
  groupId: string;
  /** Differing bits of their 64-bit hashes. */
  distance: number;
  /** Differing bits of their 256-bit hashes; null where one of them has none. */
  detail: number | null;
  /** It has left the pool: nothing is dropped for it, but what is like it joins its group, where it finds that when it comes back. */
  withdrawn?: boolean;
}

export type Place = { duplicateOf: string } | { groupId: string };

/**
 * Where a new asset stands in the pool: too like one that is there, or admitted, into the group of the most similar one or as the
 * first of a group of its own. The 64 bits see a picture's rough light and shade, which two people before one wall may share: it takes the
 * finer hash as well to call them the same. What that one does not confirm is only grouped.
 */
export function placeInPool(
  assetId: string,
  alike: readonly Likeness[],
  gates: Pick<Gates, "sameBits" | "sameDetail" | "groupBits">,
): Place {
  const nearestFirst = alike.toSorted((a, b) => a.distance - b.distance || a.assetId.localeCompare(b.assetId));
  const same = nearestFirst.find(
    ({ distance, detail, withdrawn }) =>
      !withdrawn && distance <= gates.sameBits && (detail === null || detail <= gates.sameDetail),
  );
  if (same) return { duplicateOf: same.assetId };
  const nearest = nearestFirst[0];
  if (nearest && nearest.distance <= gates.groupBits) return { groupId: nearest.groupId };
  return { groupId: assetId };
}

/** Differing bits of two 256-bit hashes. */
export function detailDistance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (const [at, byte] of a.entries()) {
    for (let rest = byte ^ (b[at] as number); rest > 0; rest &= rest - 1) bits++;
  }
  return bits;
}
