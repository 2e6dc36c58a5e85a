import { randomUUID } from "node:crypto";
import type { LeaveReason } from "@anyone/domain/source/leaving";
import { DEFAULT_REFRESH, POOL_REFRESH, PoolRefresh } from "@anyone/domain/source/recheck";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";
import { readSetting } from "./settings.ts";
import { ASKED, FETCHED } from "./stale-candidates.ts";

/** Rechecks of everything that is old enough. */
const WHOLE = "SELECT * FROM consent_rechecks WHERE source_id IS NULL AND most IS NULL";

/**
 * Opens the recheck of all sources that is due, if one is: the last began longer ago than the setting says and goes on no more, and there is a
 * picture that was last asked about as long ago, or while the last one went on. However many crawlers ask at once, one of them opens it.
 */
export async function startDueRecheck(tx: Transaction): Promise<string | undefined> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('consent-rechecks'))");
  const { everyDays } = await poolRefresh(tx);
  if (everyDays === 0) return undefined;
  // One whose tasks are dead waits for an operator; the pool does not wait with it.
  const [due] = await tx.query<{ id: string }>(
    `WITH whole AS (${WHOLE}),
       due AS (SELECT greatest(max(finished_at), clock_timestamp() - make_interval(days => $3)) AS before FROM whole
         HAVING coalesce(max(started_at) <= clock_timestamp() - make_interval(days => $3), true))
     INSERT INTO consent_rechecks (id, before, why) SELECT $1, before, $2 FROM due
     WHERE NOT EXISTS (SELECT FROM whole JOIN tasks ON tasks.payload->>'recheckId' = whole.id
         WHERE whole.finished_at IS NULL AND tasks.stage = 'source' AND tasks.state IN ('ready', 'leased'))
       AND EXISTS (SELECT FROM candidates WHERE ${FETCHED} AND ${ASKED} <= due.before)
     RETURNING id`,
    [randomUUID(), `every ${everyDays} days`, everyDays],
  );
  return due?.id;
}

/** How the pool is refreshed by itself, and what is out of it by what was found. */
export interface Refresh extends PoolRefresh {
  /** Before when no recheck begins by itself; null when none ever will, or when the first picture that is old enough begins it. */
  nextAt: string | null;
  /** Assets that are out of the pool by what is said where they came from, by reason. */
  left: { reason: LeaveReason; count: number }[];
}

export async function readRefresh(sql: Sql): Promise<Refresh> {
  const { everyDays } = await poolRefresh(sql);
  const [[next], left] = await Promise.all([
    read<{ at: string | null }>(
      sql,
      `SELECT max(started_at) + make_interval(days => $1) AS at FROM (${WHOLE}) AS whole`,
      [everyDays],
    ),
    read<Refresh["left"][number]>(
      sql,
      `SELECT left_because AS reason, count(*)::int AS count FROM assets WHERE left_because IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1`,
    ),
  ]);
  return { everyDays, nextAt: everyDays === 0 ? null : (next?.at ?? null), left };
}

async function poolRefresh(sql: Sql): Promise<PoolRefresh> {
  const row = await readSetting(sql, POOL_REFRESH);
  return row ? PoolRefresh.parse(row.value) : DEFAULT_REFRESH;
}
