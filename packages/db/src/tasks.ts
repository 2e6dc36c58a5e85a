import type { Stage } from "@anyone/domain/flywheel";
import type { ClaimedTask, Dispatch, Lease, StageCounts, TaskStore } from "@anyone/domain/tasks";
import type { Sql } from "@anyone/domain/transaction";
import { addTasks, CHANNEL } from "./add-tasks.ts";
import type { OpenDatabase } from "./client.ts";
import { listen } from "./listen.ts";
import { settleTasks } from "./settle-tasks.ts";

/**
 * Does not wait for the disk in this statement's transaction. Only for what may be lost in a crash of the database: a
 * dispatch then happens again, a lease ends a little sooner. A claim may not: its fence must never be given twice.
 */
const UNHURRIED = "(SELECT set_config('synchronous_commit', 'off', true)) AS unhurried";

/**
 * The table of tasks. Whoever changes several rows locks them in the order of their ids, or skips those locked by
 * others: so two batches never wait for each other in a circle.
 */
export function taskStore(db: OpenDatabase): TaskStore {
  return {
    add: addTasks,
    dispatch: (room) => dispatch(db, room),
    claim: (ids) => claim(db, ids),
    extend: (leases) => extend(db, leases),
    settle: (settlements) => settleTasks(db, settlements),
    expireLeases: () => expireLeases(db),
    unclaimed: (olderThanSeconds, limit) => unclaimed(db, olderThanSeconds, limit),
    redispatch: (lost) => redispatch(db, lost),
    retryDead: (which) => retryDead(db, which),
    prune: (stages, olderThanDays, limit) => prune(db, stages, olderThanDays, limit),
    oldestReady: (stages) => oldestReady(db, stages),
    counts: () => counts(db),
    onReady: (listener) => listen(db.pool, CHANNEL, listener),
  };
}

async function dispatch(db: Sql, room: ReadonlyMap<Stage, number>): Promise<Dispatch[]> {
  const rows = await db.query<Dispatch & { next_at: Date }>(
    `WITH due AS (
       SELECT task.id FROM ${UNHURRIED}, unnest($1::text[], $2::int[]) AS room (stage, places)
        CROSS JOIN LATERAL (
          SELECT id FROM tasks
           WHERE stage = room.stage AND state = 'ready' AND dispatched_at IS NULL AND next_at <= statement_timestamp()
           ORDER BY priority DESC, next_at LIMIT room.places
             FOR UPDATE SKIP LOCKED) AS task)
     UPDATE tasks SET epoch = epoch + 1, dispatched_at = clock_timestamp()
       FROM due WHERE tasks.id = due.id
     RETURNING tasks.id, stage, epoch, priority, next_at`,
    [[...room.keys()], [...room.values()]],
  );
  rows.sort((a, b) => b.priority - a.priority || a.next_at.getTime() - b.next_at.getTime());
  return rows.map(({ id, stage, epoch, priority }) => ({ id, stage, epoch, priority }));
}

async function claim(db: Sql, ids: readonly string[]): Promise<ClaimedTask[]> {
  return db.query<ClaimedTask>(
    `WITH free AS (
       SELECT id FROM tasks
        WHERE id = ANY ($1)
          AND (state = 'ready' AND next_at <= statement_timestamp() OR state = 'leased' AND lease_until < statement_timestamp())
        ORDER BY id FOR UPDATE SKIP LOCKED)
     UPDATE tasks
        SET state = 'leased', fence = fence + 1, attempts = attempts + 1, started_at = clock_timestamp(),
            lease_until = clock_timestamp() + make_interval(secs => lease_seconds)
       FROM free WHERE tasks.id = free.id
     RETURNING tasks.id, name, stage, payload, fence, attempts, lease_seconds AS "leaseSeconds", traceparent`,
    [ids],
  );
}

async function extend(db: Sql, leases: readonly Lease[]): Promise<Set<string>> {
  const rows = await db.query<{ id: string }>(
    `WITH held AS (
       SELECT tasks.id FROM ${UNHURRIED}, tasks JOIN unnest($1::text[], $2::int[]) AS lease (id, fence) USING (id, fence)
        WHERE state = 'leased' ORDER BY tasks.id FOR UPDATE OF tasks)
     UPDATE tasks SET lease_until = clock_timestamp() + make_interval(secs => lease_seconds)
       FROM held WHERE tasks.id = held.id
     RETURNING tasks.id`,
    [leases.map((lease) => lease.id), leases.map((lease) => lease.fence)],
  );
  return new Set(rows.map((row) => row.id));
}

async function expireLeases(db: Sql): Promise<Map<Stage, number>> {
  const rows = await db.query<{ stage: Stage }>(
    `WITH gone AS (
       SELECT id FROM tasks WHERE state = 'leased' AND lease_until < statement_timestamp()
        ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
     UPDATE tasks SET state = 'ready', lease_until = NULL, dispatched_at = NULL, next_at = clock_timestamp()
       FROM gone WHERE tasks.id = gone.id
     RETURNING stage, pg_notify('${CHANNEL}', '')`,
  );
  const expired = new Map<Stage, number>();
  for (const { stage } of rows) expired.set(stage, (expired.get(stage) ?? 0) + 1);
  return expired;
}

async function unclaimed(db: Sql, olderThanSeconds: number, limit: number): Promise<Dispatch[]> {
  return db.query<Dispatch>(
    `SELECT id, stage, epoch, priority FROM tasks
      WHERE state = 'ready' AND dispatched_at < statement_timestamp() - make_interval(secs => $1)
      ORDER BY dispatched_at LIMIT $2`,
    [olderThanSeconds, limit],
  );
}

async function redispatch(db: Sql, lost: readonly Dispatch[]): Promise<number> {
  if (lost.length === 0) return 0;
  const rows = await db.query(
    `WITH forgotten AS (
       SELECT tasks.id FROM tasks JOIN unnest($1::text[], $2::int[]) AS lost (id, epoch) USING (id, epoch)
        WHERE state = 'ready' ORDER BY tasks.id FOR UPDATE OF tasks SKIP LOCKED)
     UPDATE tasks SET dispatched_at = NULL
       FROM forgotten WHERE tasks.id = forgotten.id
     RETURNING pg_notify('${CHANNEL}', '')`,
    [lost.map((task) => task.id), lost.map((task) => task.epoch)],
  );
  return rows.length;
}

async function retryDead(db: Sql, which: { ids: readonly string[] } | { stage: Stage }): Promise<number> {
  const [condition, value] = "ids" in which ? ["id = ANY ($1)", which.ids] : ["stage = $1", which.stage];
  const rows = await db.query(
    `UPDATE tasks
        SET state = 'ready', attempts = 0, reason = NULL, dispatched_at = NULL, finished_at = NULL, next_at = clock_timestamp()
      WHERE state = 'dead' AND ${condition}
     RETURNING pg_notify('${CHANNEL}', '')`,
    [value],
  );
  return rows.length;
}

async function prune(db: Sql, stages: readonly Stage[], olderThanDays: number, limit: number): Promise<number> {
  const rows = await db.query(
    `DELETE FROM tasks WHERE id IN (
       SELECT id FROM tasks
        WHERE state = 'done' AND stage = ANY ($1) AND finished_at < statement_timestamp() - make_interval(days => $2)
        ORDER BY finished_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING 1`,
    [stages, olderThanDays, limit],
  );
  return rows.length;
}

async function oldestReady(db: Sql, stages: readonly Stage[]): Promise<number> {
  const [row] = await db.query<{ seconds: number | null }>(
    `SELECT extract(epoch FROM statement_timestamp() - min(next_at))::float AS seconds
       FROM tasks WHERE state = 'ready' AND stage = ANY ($1) AND next_at <= statement_timestamp()`,
    [stages],
  );
  return row?.seconds ?? 0;
}

/** One branch per state, so that each is counted in that state's index and never in the table. */
async function counts(db: Sql): Promise<StageCounts[]> {
  return db.query<StageCounts>(
    `WITH counted AS (
       SELECT stage, state, count(*) AS n, min(next_at) AS oldest FROM tasks
        WHERE state = 'ready' AND dispatched_at IS NULL GROUP BY stage, state
       UNION ALL
       SELECT stage, state, count(*), min(next_at) FROM tasks
        WHERE state = 'ready' AND dispatched_at IS NOT NULL GROUP BY stage, state
       UNION ALL
       SELECT stage, state, count(*), NULL FROM tasks WHERE state = 'leased' GROUP BY stage, state
       UNION ALL
       SELECT stage, state, count(*), NULL FROM tasks WHERE state = 'done' GROUP BY stage, state
       UNION ALL
       SELECT stage, state, count(*), NULL FROM tasks WHERE state = 'dead' GROUP BY stage, state)
     SELECT stage,
            coalesce(sum(n) FILTER (WHERE state = 'ready'), 0)::int AS ready,
            coalesce(sum(n) FILTER (WHERE state = 'leased'), 0)::int AS leased,
            coalesce(sum(n) FILTER (WHERE state = 'done'), 0)::int AS done,
            coalesce(sum(n) FILTER (WHERE state = 'dead'), 0)::int AS dead,
            greatest(0, coalesce(extract(epoch FROM statement_timestamp() - min(oldest)), 0))::float AS "oldestReadySeconds"
       FROM counted GROUP BY stage`,
  );
}
