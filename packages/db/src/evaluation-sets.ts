import type { Drawable } from "@anyone/domain/review/evaluation-set";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** One version of a protocol's evaluation set. */
export interface EvaluationSet {
  id: string;
  protocolId: string;
  /** 1 the first; each later one follows the pool. */
  version: number;
  seed: number;
  /** The chance of every near-duplicate group to be in it; null where it was not kept, and the set cannot be topped up. */
  inclusion: number | null;
  size: number;
  /** Assets that the version before does not hold, and assets of that one which the pool no longer held. */
  added: number;
  departed: number;
  /** Over the asset ids in order, see `evaluationSetText`. */
  sha256: string;
  frozenAt: Date;
}

const SET = `id, protocol_id AS "protocolId", version, seed, inclusion, size, added, departed, sha256, frozen_at AS "frozenAt"`;

/** Evaluation sets: each version is written whole and never changed. */
export const evaluationSets = {
  /** The newest version of a protocol's set. */
  async current(sql: Sql, protocolId: string): Promise<EvaluationSet | undefined> {
    return (await this.versions(sql, protocolId))[0];
  },

  /** Every version of a protocol's set, newest first. */
  versions(sql: Sql, protocolId: string): Promise<EvaluationSet[]> {
    return sql.query<EvaluationSet>(`SELECT ${SET} FROM evaluation_sets WHERE protocol_id = $1 ORDER BY version DESC`, [
      protocolId,
    ]);
  },

  async items(sql: Sql, setId: string): Promise<Drawable[]> {
    return sql.query<Drawable>(
      `SELECT asset_id AS "assetId", group_id AS "groupId" FROM evaluation_items WHERE set_id = $1 ORDER BY asset_id`,
      [setId],
    );
  },

  /** Assets of a set that nobody was asked about yet under its protocol, in the order of their ids, which are hashes. */
  async unasked(sql: Sql, protocolId: string, assetIds: readonly string[]): Promise<string[]> {
    const rows = await sql.query<{ id: string }>(
      `SELECT wanted.id FROM unnest($2::text[]) AS wanted (id) WHERE NOT EXISTS (
         SELECT FROM review_tasks t JOIN iterations i ON i.number = t.iteration
          WHERE t.asset_id = wanted.id AND t.purpose = 'evaluation' AND i.protocol_id = $1) ORDER BY 1`,
      [protocolId, assetIds],
    );
    return rows.map(({ id }) => id);
  },

  /** Sampled assets of which it is known by now that they are akin to an evaluation asset: nothing is learned from them. */
  async keptFromTraining(sql: Sql): Promise<number> {
    const [row] = await sql.query<{ count: number }>(
      `SELECT count(DISTINCT asset_id)::int AS count FROM samples
        WHERE asset_id IN (SELECT asset_id FROM evaluation_kin)`,
    );
    return row?.count ?? 0;
  },

  /**
   * Freezes a version with its assets. Returns false, having written nothing, where that version is there already: somebody else
   * froze it meanwhile.
   */
  async freeze(
    tx: Transaction,
    set: Omit<EvaluationSet, "frozenAt" | "size">,
    items: readonly Drawable[],
  ): Promise<boolean> {
    const written = await tx.query(
      `INSERT INTO evaluation_sets (id, protocol_id, version, seed, inclusion, size, added, departed, sha256)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
      [
        ...[set.id, set.protocolId, set.version, set.seed, set.inclusion],
        ...[items.length, set.added, set.departed, set.sha256],
      ],
    );
    if (written.length === 0) return false;
    await tx.query(
      `INSERT INTO evaluation_items (set_id, asset_id, group_id) SELECT $1, * FROM unnest($2::text[], $3::text[])`,
      [set.id, items.map(({ assetId }) => assetId), items.map(({ groupId }) => groupId)],
    );
    return true;
  },
};
