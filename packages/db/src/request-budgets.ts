import { afterReply } from "@anyone/domain/source/politeness";
import { admit, type BudgetState, UNUSED } from "@anyone/domain/source/request-budget";
import type { RequestBudgets } from "@anyone/domain/source/request-budgets";
import type { Database, Transaction } from "@anyone/domain/transaction";

/** The politeness that all crawler processes share: one row per host or key, locked while the rule decides, on the database's clock. */
export function requestBudgets(db: Database): RequestBudgets {
  return {
    async enter(asked, wish) {
      return await db.transaction(async (tx) => {
        const names = asked.map(({ name }) => name);
        const { states, now } = await lock(tx, names);
        const budgets = asked.map(({ name, rule }) => ({ name, rule, state: states.get(name) ?? UNUSED }));
        const admission = admit(budgets, wish, now);
        if (!admission.admitted) return admission;
        const { waitMs } = admission;
        await tx.query(
          `UPDATE request_budgets SET state = now.state::jsonb, interval_ms = now.interval_ms, burst = now.burst,
             concurrency = now.concurrency, updated_at = clock_timestamp()
           FROM unnest($1::text[], $2::text[], $3::float8[], $4::int[], $5::int[])
             AS now (name, state, interval_ms, burst, concurrency)
           WHERE request_budgets.name = now.name`,
          [
            names,
            admission.states.map((state) => JSON.stringify(state)),
            asked.map(({ rule }) => rule.intervalMs),
            asked.map(({ rule }) => rule.burst),
            asked.map(({ rule }) => rule.concurrency),
          ],
        );
        return { waitMs, leaveAt: now + waitMs };
      });
    },

    async leave(names, visit, reply, leaveAt) {
      await db.transaction(async (tx) => {
        const { states, now } = await lock(tx, names);
        await tx.query(
          `UPDATE request_budgets SET state = now.state::jsonb, updated_at = clock_timestamp()
           FROM unnest($1::text[], $2::text[]) AS now (name, state) WHERE request_budgets.name = now.name`,
          [
            names,
            names.map((name) => JSON.stringify(afterReply(states.get(name) ?? UNUSED, visit, reply, leaveAt, now))),
          ],
        );
      });
    },
  };
}

interface Row {
  name: string;
  state: BudgetState;
  now: number;
}

/**
 * Locks the rows, made where they are missing, always in the order of their names: two requests that share both never wait for each
 * other. Of a crash of the server the last moments may be lost, for which no request should wait for the disk.
 */
async function lock(
  tx: Transaction,
  names: readonly string[],
): Promise<{ states: Map<string, BudgetState>; now: number }> {
  const select = () =>
    tx.query<Row>(
      `WITH locked AS MATERIALIZED (SELECT name, state FROM request_budgets WHERE name = ANY($1) ORDER BY name FOR UPDATE)
       SELECT name, state, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
         set_config('synchronous_commit', 'off', true) FROM locked`,
      [names],
    );
  let rows = await select();
  if (rows.length < names.length) {
    await tx.query(
      `INSERT INTO request_budgets (name, state) SELECT name, $2::jsonb FROM unnest($1::text[]) AS new (name) ORDER BY name
       ON CONFLICT DO NOTHING`,
      [names, JSON.stringify(UNUSED)],
    );
    rows = await select();
  }
  return {
    states: new Map(rows.map(({ name, state }) => [name, state])),
    now: Math.max(...rows.map(({ now }) => now)),
  };
}
