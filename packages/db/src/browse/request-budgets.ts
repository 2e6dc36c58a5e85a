import {
  type BudgetState,
  breakerOf,
  nextMoment,
  paceOf,
  tokensAt,
  visitsAt,
} from "@anyone/domain/source/request-budget";
import type { Sql } from "@anyone/domain/transaction";

interface Row {
  name: string;
  state: BudgetState;
  interval_ms: number;
  burst: number;
  concurrency: number;
  updated_at: Date;
  now: number;
}

/** The budgets that were used last, as they stand at this moment of the database's clock. */
export async function readRequestBudgets(db: Sql, { kind, limit }: { kind?: "host" | "key"; limit: number }) {
  const rows = await db.query<Row>(
    `SELECT *, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now FROM request_budgets
     WHERE interval_ms IS NOT NULL AND ($1::text IS NULL OR starts_with(name, $1 || ':')) ORDER BY updated_at DESC LIMIT $2`,
    [kind ?? null, limit],
  );
  return rows.map(plain);
}

function plain({ name, state, interval_ms: intervalMs, burst, concurrency, updated_at, now }: Row) {
  const rule = { intervalMs, burst, concurrency };
  const share = (count: number) => (state.answers === 0 ? null : count / state.answers);
  return {
    name,
    kind: name.startsWith("key:") ? ("key" as const) : ("host" as const),
    allowedPerSecond: 1000 / intervalMs,
    perSecond: 1000 / paceOf(state, rule),
    left: tokensAt({ state, rule }, now),
    burst,
    inFlight: Object.keys(visitsAt(state, now)).length,
    concurrency,
    requests: state.requests,
    answers: state.answers,
    throttledShare: share(state.throttled),
    failedShare: share(state.failed),
    latencyMs: state.latencyMs,
    breaker: breakerOf(state, now),
    waitMs: Math.max(0, nextMoment({ state, rule }) - now),
    updatedAt: updated_at.toISOString(),
  };
}
