import type { Metric } from "@anyone/domain/evaluate/metric";
import type { Sql, Transaction } from "@anyone/domain/transaction";

export interface Report {
  id: string;
  checkpointId: string;
  version: number;
  state: "waiting" | "done" | "failed";
  metrics: Metric[];
}

/** The report of a checkpoint on a dataset version has one id: evaluating twice is the same as once. */
export function reportId(checkpointId: string, version: number): string {
  return `${checkpointId}-on-v${version}`;
}

/** Reports and their metrics. */
export const reports = {
  async plan(tx: Transaction, report: { checkpointId: string; version: number; settings: unknown }): Promise<void> {
    await tx.query(
      `INSERT INTO reports (id, checkpoint_id, version, settings) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
      [
        reportId(report.checkpointId, report.version),
        report.checkpointId,
        report.version,
        JSON.stringify(report.settings),
      ],
    );
  },

  async complete(
    tx: Transaction,
    id: string,
    result: { metrics: readonly Metric[]; gridKey: string | null },
  ): Promise<void> {
    for (const metric of result.metrics) {
      const numbers = metric.state === "measured" ? metric : undefined;
      await tx.query(
        `INSERT INTO metrics (report_id, name, state, value, low, high, n, seed, method, model)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (report_id, name) DO NOTHING`,
        [
          id,
          metric.name,
          metric.state,
          numbers?.value ?? null,
          numbers?.low ?? null,
          numbers?.high ?? null,
          numbers?.n ?? null,
          numbers?.seed ?? null,
          metric.method,
          metric.model === null ? null : JSON.stringify(metric.model),
        ],
      );
    }
    await tx.query(`UPDATE reports SET state = 'done', grid_key = $2, finished_at = clock_timestamp() WHERE id = $1`, [
      id,
      result.gridKey,
    ]);
  },

  async fail(tx: Transaction, id: string): Promise<void> {
    await tx.query(`UPDATE reports SET state = 'failed', finished_at = clock_timestamp() WHERE id = $1`, [id]);
  },

  async get(sql: Sql, id: string): Promise<Report | undefined> {
    const [report] = await sql.query<Omit<Report, "metrics">>(
      `SELECT id, checkpoint_id AS "checkpointId", version, state FROM reports WHERE id = $1`,
      [id],
    );
    if (!report) return undefined;
    const metrics = await sql.query<Metric>(
      `SELECT name, state, value, low, high, n, seed, method, model FROM metrics WHERE report_id = $1 ORDER BY name`,
      [id],
    );
    return { ...report, metrics };
  },
};
