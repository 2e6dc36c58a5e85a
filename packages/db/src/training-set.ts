import type { Sql } from "@anyone/domain/transaction";

/** One picture people answered about: packed answers by category number, −1 where nobody was asked. */
export interface AnsweredAsset {
  assetId: string;
  imageKey: string;
  partsKey: string;
  personBox: number[];
  answers: number[];
}

/**
 * Everything a labeller may learn from: what people said about sampled assets and in imported files, the newest answer of
 * each question; what was asked here stands before what a file says. An asset that is akin to one of an evaluation set (a
 * near duplicate, or the same person) is left out, however it came to be sampled and whenever that became known; so is one
 * that has left the pool.
 *
 * @param categories how many categories the protocol has: the length of every `answers`
 */
export async function trainingSet(db: Sql, protocolId: string, categories: number): Promise<AnsweredAsset[]> {
  const rows = await db.query<Omit<AnsweredAsset, "answers"> & { category: number; value: number }>(
    `SELECT DISTINCT ON (h.asset_id, h.category) h.asset_id AS "assetId", a.image_key AS "imageKey",
            a.parts_key AS "partsKey", a.person_box AS "personBox", h.category, h.value
       FROM teaching_answers h JOIN pool a ON a.id = h.asset_id
      WHERE h.protocol_id = $1
        AND a.id NOT IN (SELECT asset_id FROM evaluation_kin)
      ORDER BY h.asset_id, h.category, h.purpose = 'sample' DESC, h.id DESC`,
    [protocolId],
  );
  const byAsset = new Map<string, AnsweredAsset>();
  for (const { category, value, ...asset } of rows) {
    const known = byAsset.get(asset.assetId) ?? { ...asset, answers: new Array<number>(categories).fill(-1) };
    known.answers[category - 1] = value;
    byAsset.set(asset.assetId, known);
  }
  return [...byAsset.values()];
}
