import { CrawlId, SourceId } from "@anyone/domain/ids";
import { crawlRefusal } from "@anyone/domain/source/permission";
import { DEFAULT_BOUNDS, POOL_BOUNDS, PoolBounds, type PoolState } from "@anyone/domain/source/pool-watch";
import { hasMore } from "@anyone/domain/source/source";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { grantsBySource } from "./grants.ts";

export interface PoolLevel extends PoolState {
  bounds: PoolBounds;
  /** Automatic sources with more to give, that may be crawled and are not (a paused crawl keeps its source), those longest unused first. */
  ready: SourceId[];
  runningCrawls: CrawlId[];
}

/** Reads the pool's level under a lock, so that of two watches at the same moment only one sees it before the other acted. */
export async function readPoolLevel(tx: Transaction): Promise<PoolLevel> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('pool-watch'))");
  const bounds = await poolBounds(tx);
  const [counts] = await tx.query<{ pool: number; in_flight: number; filling: boolean; now: Date }>(
    `SELECT (SELECT count(*) FROM pool)::int AS pool,
       (SELECT count(*) FROM candidates WHERE status IN ('listed', 'fetched'))::int AS in_flight,
       coalesce((SELECT action = 'start' FROM pool_triggers ORDER BY id DESC LIMIT 1), false) AS filling,
       clock_timestamp() AS now`,
  );
  const [judged] = await tx.query<{ kept: number; ended: number }>(
    `SELECT count(*) FILTER (WHERE status = 'kept')::int AS kept, count(*)::int AS ended FROM candidates
     WHERE status IN ('kept', 'dropped', 'failed') AND crawl_id IN (
       SELECT crawls.id FROM crawls JOIN sources ON sources.id = source_id WHERE automatic ORDER BY started_at DESC LIMIT 5)`,
  );
  const open = await tx.query<{ id: string; source_id: string; state: string }>(
    "SELECT id, source_id, state FROM crawls WHERE state IN ('running', 'paused')",
  );
  const running = open.filter(({ state }) => state === "running");
  const sources = await tx.query<{ id: string; kind: string; exhausted_at: Date | null }>(
    `SELECT id, connector AS kind, exhausted_at FROM sources WHERE enabled AND automatic
     ORDER BY (SELECT max(started_at) FROM crawls WHERE source_id = sources.id) NULLS FIRST, id`,
  );
  const grants = await grantsBySource(tx);
  const permitted = sources.filter(
    ({ id, kind }) => !crawlRefusal({ sourceId: id, kind, grants: grants.get(id) ?? [] }),
  );
  const busy = new Set(open.map((crawl) => crawl.source_id));
  const now = counts?.now ?? new Date();
  const ready = permitted
    .filter((source) => !busy.has(source.id) && hasMore({ exhaustedAt: source.exhausted_at }, now))
    .map((source) => SourceId.parse(source.id));
  return {
    bounds,
    pool: counts?.pool ?? 0,
    inFlight: counts?.in_flight ?? 0,
    filling: counts?.filling ?? false,
    judged: judged?.ended ?? 0,
    kept: judged?.kept ?? 0,
    running: running.length,
    sources: ready.length,
    ready,
    runningCrawls: running.map((crawl) => CrawlId.parse(crawl.id)),
  };
}

/** The pool's bounds as the operator set them. */
export async function poolBounds(db: Sql): Promise<PoolBounds> {
  const [row] = await db.query<{ value: unknown }>("SELECT value FROM settings WHERE key = $1", [POOL_BOUNDS]);
  return row ? PoolBounds.parse(row.value) : DEFAULT_BOUNDS;
}

/** Notes that the watch started or stopped sourcing, at which level and why. */
export async function recordTrigger(
  tx: Transaction,
  trigger: { action: "start" | "stop"; level: PoolLevel; reason: string; crawlIds: readonly CrawlId[] },
): Promise<void> {
  const { action, level, reason, crawlIds } = trigger;
  await tx.query(
    `INSERT INTO pool_triggers (action, pool, in_flight, lower, upper, reason, crawl_ids) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [action, level.pool, level.inFlight, level.bounds.lower, level.bounds.upper, reason, crawlIds],
  );
}
