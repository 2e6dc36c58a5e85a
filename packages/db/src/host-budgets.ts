import type { HostBudgets } from "@anyone/domain/source/host-budget";
import type { Sql } from "@anyone/domain/transaction";

/** The politeness that all crawler processes share: one row per host, moved on by one statement per request, on the database's clock. */
export function hostBudgets(db: Sql): HostBudgets {
  return {
    async book(host, intervalMs, patienceMs) {
      const [booked] = await db.query<{ wait_ms: number; failures: number }>(
        `INSERT INTO host_budgets AS budget (host, next_at, requests)
         VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond', 1)
         ON CONFLICT (host) DO UPDATE SET
           next_at = greatest(budget.next_at, clock_timestamp()) + $2 * interval '1 millisecond',
           requests = budget.requests + 1,
           updated_at = clock_timestamp()
         WHERE budget.next_at <= clock_timestamp() + $3 * interval '1 millisecond'
         RETURNING (extract(epoch FROM next_at - clock_timestamp()) * 1000 - $2)::float8 AS wait_ms, failures`,
        [host, intervalMs, patienceMs],
      );
      if (booked) return { waitMs: Math.max(0, booked.wait_ms), failures: booked.failures };
      const [far] = await db.query<{ ms: number }>(
        "SELECT (extract(epoch FROM next_at - clock_timestamp()) * 1000)::float8 AS ms FROM host_budgets WHERE host = $1",
        [host],
      );
      return { tooFarMs: Math.max(0, far?.ms ?? 0) };
    },

    async pause(host, pauseMs) {
      await db.query(
        `UPDATE host_budgets SET failures = failures + 1,
           next_at = greatest(next_at, clock_timestamp() + $2 * interval '1 millisecond'), updated_at = clock_timestamp()
         WHERE host = $1`,
        [host, pauseMs],
      );
    },

    async recovered(host) {
      await db.query("UPDATE host_budgets SET failures = 0 WHERE host = $1 AND failures > 0", [host]);
    },
  };
}
