import type { Gates } from "@anyone/domain/filter/gate";
import { hammingDistance } from "@anyone/domain/filter/hash-index";
import { detailDistance, type Likeness, type Place, placeInPool } from "@anyone/domain/filter/pool";
import type { AssetId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";
import type { Hashes, PoolIndex } from "./pool-index.ts";

/** A picture that every gate lets into the pool. */
interface Arrival extends Hashes {
  id: AssetId;
}

/**
 * Where each of these stands in the pool, the earlier ones before the later: of two alike the first is admitted. One that comes back is found
 * like itself, as withdrawn, which drops nothing. Certain only in a transaction
 * that holds the pool's lock.
 */
export async function placeArrivals(
  tx: Transaction,
  arrivals: readonly Arrival[],
  { index, gates }: { index: PoolIndex; gates: Gates },
): Promise<Map<AssetId, Place>> {
  const alike = await index.alike(tx, arrivals, gates.groupBits);
  const admitted: (Arrival & { groupId: string })[] = [];
  const places = new Map<AssetId, Place>();
  arrivals.forEach((arrival, i) => {
    // The same bytes again stand where they stand.
    if (places.has(arrival.id)) return;
    const place = placeInPool(
      arrival.id,
      [...(alike[i] ?? []), ...admitted.map((other) => likeness(arrival, other))],
      gates,
    );
    if ("groupId" in place) admitted.push({ ...arrival, groupId: place.groupId });
    places.set(arrival.id, place);
  });
  return places;
}

function likeness(one: Arrival, other: Arrival & { groupId: string }): Likeness {
  return {
    assetId: other.id,
    groupId: other.groupId,
    distance: hammingDistance(one.phash, other.phash),
    detail: one.detailHash && other.detailHash && detailDistance(one.detailHash, other.detailHash),
  };
}
