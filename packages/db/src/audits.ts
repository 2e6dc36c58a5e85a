import type { Audited } from "@anyone/domain/review/audit";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import type { Iteration } from "./iterations.ts";

/** What the labeller had answered about images whose blind pages ask everything, kept before people's answers go over it. */
export const audits = {
  /**
   * Keeps what the labeller says now about these assets; those it has not answered are left out. Answers that it shares with
   * an earlier one bear that one's number: they are kept as its own.
   */
  async record(
    tx: Transaction,
    { number, protocolId, labellerBefore }: Pick<Iteration, "number" | "protocolId" | "labellerBefore">,
    assetIds: readonly string[],
  ): Promise<void> {
    await tx.query(
      `INSERT INTO audits (iteration, asset_id, labeller_id, value)
       SELECT $1, w.asset_id, coalesce($4, l.id), w.value FROM answers w JOIN labellers l ON l.number = w.labeller
        WHERE w.protocol_id = $2 AND w.asset_id = ANY ($3::text[])
       ON CONFLICT DO NOTHING`,
      [number, protocolId, assetIds, labellerBefore],
    );
  },

  /** What people said about audited assets beside what this labeller had answered, oldest first. */
  async of(sql: Sql, protocolId: string, labellerId: string): Promise<Audited[]> {
    return sql.query<Audited>(
      `SELECT h.category::int AS category, a.value[h.category] AS given, h.value::int AS said, s.probability::float8 AS probability
         FROM audits a
         JOIN standing_answers h ON h.asset_id = a.asset_id AND h.iteration = a.iteration AND h.purpose = 'sample'
         JOIN samples s ON s.asset_id = a.asset_id AND s.iteration = a.iteration
        WHERE a.labeller_id = $2 AND h.protocol_id = $1 ORDER BY h.id`,
      [protocolId, labellerId],
    );
  },
};
