import type { RejudgeCounts } from "@anyone/domain/filter/rejudge";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";
import { recordEvent } from "./events.ts";

/** How far one judging again is. */
export interface RejudgeRow extends RejudgeCounts {
  id: number;
  thresholds: string;
  tasks: number;
  tasksDone: number;
  startedBy: string;
  startedAt: string;
  finishedAt: string | null;
}

/** Opens a judging again. The caller writes its tasks in the same transaction. */
export async function startRejudge(
  tx: Transaction,
  { thresholds, tasks, by }: { thresholds: string; tasks: number; by: string },
): Promise<number> {
  const [row] = await tx.query<{ id: number }>(
    "INSERT INTO rejudges (thresholds, tasks, started_by) VALUES ($1, $2, $3) RETURNING id",
    [thresholds, tasks, by],
  );
  return (row as { id: number }).id;
}

/** Adds what one task changed; the last one tells it to people. */
export async function recordRejudgeTask(tx: Transaction, id: number, counts: RejudgeCounts): Promise<void> {
  const [ended] = await tx.query<{ thresholds: string; kept: number; dropped: number; finished: boolean }>(
    `UPDATE rejudges SET tasks_done = tasks_done + 1, judged = judged + $2, newly_kept = newly_kept + $3, newly_dropped = newly_dropped + $4,
       to_measure = to_measure + $5, to_fetch = to_fetch + $6,
       finished_at = CASE WHEN tasks_done + 1 >= tasks THEN clock_timestamp() END
     WHERE id = $1
     RETURNING thresholds, newly_kept AS kept, newly_dropped AS dropped, finished_at IS NOT NULL AS finished`,
    [id, counts.judged, counts.newlyKept, counts.newlyDropped, counts.toMeasure, counts.toFetch],
  );
  if (!ended?.finished) return;
  await recordEvent(tx, {
    ...{ stage: "filter", kind: "rejudged" },
    text: `All was judged again under thresholds ${ended.thresholds}: ${ended.kept} newly kept, ${ended.dropped} newly dropped`,
    data: { rejudge: id, kept: ended.kept, dropped: ended.dropped },
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
