import { fault } from "@anyone/domain/fault";
import type { RejudgeCounts } from "@anyone/domain/filter/rejudge";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";
import { recordEvent } from "./events.ts";
import { readThresholds } from "./thresholds.ts";

/** How far one judging again is. Its tasks are counted as they are written. */
export interface RejudgeRow extends RejudgeCounts {
  id: number;
  thresholds: string;
  tasks: number;
  tasksDone: number;
  startedBy: string;
  startedAt: string;
  finishedAt: string | null;
}

/**
 * Opens a judging again under the thresholds in force. The caller writes its first task in the same transaction. One that is under way under other
 * thresholds ends here: all of its candidates are judged by this one.
 *
 * @throws Fault `conflict` while all is being judged again under the same thresholds
 */
export async function startRejudge(tx: Transaction, by: string): Promise<RejudgeRow> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('rejudges'))");
  const { version } = await readThresholds(tx);
  const before = await latestRejudge(tx);
  if (before?.thresholds === version && (await isRejudging(tx))) {
    throw fault(
      "conflict",
      `All is being judged again under thresholds ${version} already, since ${before.startedBy} began it.`,
      {
        hint: "GET /v1/filter/rejudge tells how far it is.",
      },
    );
  }
  await tx.query("UPDATE rejudges SET finished_at = clock_timestamp() WHERE finished_at IS NULL");
  await tx.query("INSERT INTO rejudges (thresholds, tasks, started_by) VALUES ($1, 1, $2)", [version, by]);
  return (await latestRejudge(tx)) as RejudgeRow;
}

/** Whether a judging again is over: all of it is done, or another one took its place. */
export async function isRejudged(sql: Sql, id: number): Promise<boolean> {
  const rows = await sql.query("SELECT FROM rejudges WHERE id = $1 AND finished_at IS NULL", [id]);
  return rows.length === 0;
}

/**
 * Adds what one task changed, and how many tasks it wrote for the same judging again. Returns whether it was the last; never where another
 * judging again took the place of this one.
 */
export async function recordRejudgeTask(
  tx: Transaction,
  id: number,
  { written, ...counts }: Partial<RejudgeCounts> & { written: number },
): Promise<boolean> {
  const { judged = 0, newlyKept = 0, newlyDropped = 0, toMeasure = 0, toFetch = 0 } = counts;
  const [row] = await tx.query<{ last: boolean }>(
    `UPDATE rejudges SET tasks = tasks + $7, tasks_done = tasks_done + 1, judged = judged + $2, newly_kept = newly_kept + $3,
       newly_dropped = newly_dropped + $4, to_measure = to_measure + $5, to_fetch = to_fetch + $6
     WHERE id = $1 AND finished_at IS NULL RETURNING tasks_done >= tasks AS last`,
    [id, judged, newlyKept, newlyDropped, toMeasure, toFetch, written],
  );
  return row?.last ?? false;
}

/** Counts a task that follows when all others are done. */
export async function addRejudgeTask(tx: Transaction, id: number): Promise<void> {
  await tx.query("UPDATE rejudges SET tasks = tasks + 1 WHERE id = $1", [id]);
}

/** Ends a judging again whose last task is done, and tells people. */
export async function finishRejudge(tx: Transaction, id: number): Promise<void> {
  const [ended] = await tx.query<{ thresholds: string; kept: number; dropped: number }>(
    `UPDATE rejudges SET finished_at = clock_timestamp() WHERE id = $1
     RETURNING thresholds, newly_kept AS kept, newly_dropped AS dropped`,
    [id],
  );
  if (!ended) return;
  const { thresholds, kept, dropped } = ended;
  const { version } = await readThresholds(tx);
  const what = `${kept} newly kept, ${dropped} newly dropped`;
  await recordEvent(tx, {
    ...{ stage: "filter", kind: "rejudged" },
    text:
      version === thresholds
        ? `All was judged again under thresholds ${thresholds}: ${what}`
        : `Judging again began under thresholds ${thresholds} and ended under ${version}: ${what}. Judge again, so that all stands under the same`,
    data: { rejudge: id, kept, dropped },
  });
}

/** The judging again that was begun last; undefined when none ever was. */
export async function latestRejudge(sql: Sql): Promise<RejudgeRow | undefined> {
  const rows = await read<RejudgeRow>(
    sql,
    `SELECT id, thresholds, tasks, tasks_done AS "tasksDone", judged, newly_kept AS "newlyKept", newly_dropped AS "newlyDropped",
       to_measure AS "toMeasure", to_fetch AS "toFetch", started_by AS "startedBy", started_at AS "startedAt", finished_at AS "finishedAt"
     FROM rejudges ORDER BY id DESC LIMIT 1`,
  );
  return rows[0];
}

/** Whether all is being judged again: the pool stands under two versions of the thresholds. */
export async function isRejudging(sql: Sql): Promise<boolean> {
  const latest = await latestRejudge(sql);
  return latest?.finishedAt === null && hasOpenTasks(sql, latest.id);
}

/** Dead tasks are none: what waits for them may be begun anew. */
async function hasOpenTasks(sql: Sql, id: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT FROM tasks WHERE stage = 'filter' AND state IN ('ready', 'leased') AND name IN ('filter.plan-rejudge', 'filter.rejudge', 'filter.rejudge-alike')
       AND (payload ->> 'rejudge')::int = $1 LIMIT 1`,
    [id],
  );
  return rows.length > 0;
}
