import { hashesAfter, poolMembers } from "@anyone/db/assets";
import { hashIndex } from "@anyone/domain/filter/hash-index";
import { detailDistance, type Likeness } from "@anyone/domain/filter/pool";
import type { Sql } from "@anyone/domain/transaction";

/** What a picture is compared by. */
export interface Hashes {
  phash: bigint;
  /** Null where it was not measured. */
  detailHash: Uint8Array | null;
}

/** The hashes of the whole pool in this process's memory: about 52 bytes an asset. */
export interface PoolIndex {
  /** Reads what was admitted since the last time; all of it the first time. */
  catchUp(sql: Sql): Promise<void>;
  /** For each picture the assets within `bits` (at most 7) of it. Certain only in a transaction that holds the pool's lock. */
  alike(sql: Sql, pictures: readonly Hashes[], bits: number): Promise<Likeness[][]>;
}

const PAGE = 50_000;

/**
 * PostgreSQL is the truth and what persists: the index holds numbers of assets, and asks the database who they are. So an asset that was
 * rolled back after it was read is found by nobody, and a withdrawn one is told from those of the pool. Every process has an index of its own.
 */
export function poolIndex(): PoolIndex {
  const index = hashIndex();
  let last = 0;
  let reading: Promise<void> = Promise.resolve();

  async function readOn(sql: Sql): Promise<void> {
    for (;;) {
      const page = await hashesAfter(sql, last, PAGE);
      for (const { number, phash } of page) {
        index.add(phash, number);
        last = number;
      }
      if (page.length < PAGE) return;
    }
  }

  /** One reader at a time: two would file the same hashes twice. */
  function catchUp(sql: Sql): Promise<void> {
    const turn = reading.then(() => readOn(sql));
    reading = turn.catch(() => {});
    return turn;
  }

  return {
    catchUp,
    async alike(sql, pictures, bits) {
      await catchUp(sql);
      const near = pictures.map(({ phash }) => index.within(phash, bits));
      const members = await poolMembers(sql, [...new Set(near.flat().map(({ number }) => number))]);
      return pictures.map((picture, i) =>
        (near[i] ?? []).flatMap(({ number, distance }) => {
          const member = members.get(number);
          if (!member) return [];
          const { assetId, groupId, detailHash, withdrawn } = member;
          const detail = detailHash && picture.detailHash && detailDistance(picture.detailHash, detailHash);
          return { assetId, groupId, distance, detail, withdrawn };
        }),
      );
    },
  };
}
