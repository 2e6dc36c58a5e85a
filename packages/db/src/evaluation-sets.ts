import type { Drawable } from "@anyone/domain/review/evaluation-set";
import type { Sql, Transaction } from "@anyone/domain/transaction";

export interface EvaluationSet {
  id: string;
  protocolId: string;
  seed: number;
  size: number;
  /** Over the asset ids in order, see `evaluationSetText`. */
  sha256: string;
  frozenAt: Date;
}

/** Evaluation sets: written whole, never changed. */
export const evaluationSets = {
  /** The newest set of a protocol. */
  async current(sql: Sql, protocolId: string): Promise<EvaluationSet | undefined> {
    const [set] = await sql.query<EvaluationSet>(
      `SELECT id, protocol_id AS "protocolId", seed, size, sha256, frozen_at AS "frozenAt" FROM evaluation_sets
        WHERE protocol_id = $1 ORDER BY frozen_at DESC LIMIT 1`,
      [protocolId],
    );
    return set;
  },

  async items(sql: Sql, setId: string): Promise<Drawable[]> {
    return sql.query<Drawable>(
      `SELECT asset_id AS "assetId", group_id AS "groupId" FROM evaluation_items WHERE set_id = $1 ORDER BY asset_id`,
      [setId],
    );
  },

  async freeze(
    tx: Transaction,
    set: Omit<EvaluationSet, "frozenAt" | "size">,
    items: readonly Drawable[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO evaluation_sets (id, protocol_id, seed, size, sha256) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (id) DO NOTHING`,
      [set.id, set.protocolId, set.seed, items.length, set.sha256],
    );
    await tx.query(
      `INSERT INTO evaluation_items (set_id, asset_id, group_id)
       SELECT $1, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      [set.id, items.map(({ assetId }) => assetId), items.map(({ groupId }) => groupId)],
    );
  },
};
