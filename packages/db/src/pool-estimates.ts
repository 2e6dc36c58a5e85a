import type { Cells, PoolEstimate } from "@anyone/domain/review/pool-estimate";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** Assets of the pool that estimates are read from: a uniform draw of so many gives a share to within .003. */
const MOST = 200_000;

/** What is estimated of the pool when an iteration closes. */
export const poolEstimates = {
  /**
   * How often each answer stands in the pool outside of the evaluation set, with its confidences. A pool larger than
   * `MOST` is read by a share of its assets, drawn by a hash of their ids.
   */
  async cells(sql: Sql, protocolId: string, evaluationSetId: string | null, most = MOST): Promise<Cells[]> {
    return sql.query<Cells>(
      `SELECT u.place::int AS category, u.value::int AS value, u.giver = 2 AS "byPerson", count(*)::int AS count,
              sum(u.confidence::float8 / 1000) AS confidence, sum((u.confidence::float8 / 1000) ^ 2) AS squares
         FROM answers w JOIN pool p ON p.id = w.asset_id
         CROSS JOIN LATERAL unnest(w.value, w.confidence, w.giver) WITH ORDINALITY AS u (value, confidence, giver, place)
        WHERE w.protocol_id = $1
          AND NOT EXISTS (SELECT FROM evaluation_items e WHERE e.set_id = $2 AND e.asset_id = w.asset_id)
          AND (hashtextextended(w.asset_id, 19) & 1048575)
              < ceil(1048576 * $3::float8 / greatest($3::float8, (SELECT count(*) FROM pool)))
        GROUP BY 1, 2, 3`,
      [protocolId, evaluationSetId, most],
    );
  },

  async record(tx: Transaction, iteration: number, estimates: readonly PoolEstimate[]): Promise<void> {
    const rows = estimates.map(({ normalLow, normalHigh, ...rest }) => ({
      ...rest,
      ...{ normal_low: normalLow, normal_high: normalHigh },
    }));
    await tx.query(
      `INSERT INTO pool_estimates (iteration, category, option, n, pool, estimate, low, high, normal_low, normal_high,
              classic, lambda, effective)
       SELECT $1, r.* FROM jsonb_to_recordset($2::jsonb) AS r (category smallint, option smallint, n int, pool int,
              estimate real, low real, high real, normal_low real, normal_high real, classic real, lambda real, effective real)
       ON CONFLICT DO NOTHING`,
      [iteration, JSON.stringify(rows)],
    );
  },

  /** The estimates of an iteration, by category, the accuracy before the options. */
  async of(sql: Sql, iteration: number): Promise<PoolEstimate[]> {
    return sql.query<PoolEstimate>(
      `SELECT category, option, n, pool, estimate, low, high, normal_low AS "normalLow", normal_high AS "normalHigh",
              classic, lambda, effective FROM pool_estimates WHERE iteration = $1 ORDER BY category, option`,
      [iteration],
    );
  },
};
