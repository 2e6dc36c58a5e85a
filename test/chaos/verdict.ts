import type { Sql } from "@anyone/domain/transaction";

export interface Verdict {
  /** Items of a stage that left no effect. */
  lost: number;
  /** Effects beyond the first of an item in a stage. */
  doubled: number;
  /** Effects that no execution in the log accounts for: then the log is wrong, and so is everything judged by it. */
  unaccounted: number;
  /** Tasks that are not done. */
  unfinished: number;
  executions: number;
  /** Executions whose effect was not kept: killed, fenced or cut off. */
  wasted: number;
  /** The longest time without any effect, in seconds. */
  longestGap: number;
}

/** Judges a run by SQL over what was logged and what was left, knowing only how many items there were. */
export async function judge(db: Sql, items: number): Promise<Verdict> {
  const [row] = await db.query<Verdict>(
    `WITH expected AS (
       SELECT stage, item FROM unnest(ARRAY['source', 'filter', 'annotate']) AS stage, generate_series(0, $1 - 1) AS item),
     kept AS (SELECT stage, item, count(*) AS times FROM chaos.effects GROUP BY stage, item),
     gaps AS (SELECT extract(epoch FROM at - lag(at) OVER (ORDER BY at)) AS seconds FROM chaos.effects)
     SELECT (SELECT count(*) FROM expected LEFT JOIN kept USING (stage, item) WHERE kept.times IS NULL)::int AS lost,
            (SELECT coalesce(sum(times - 1), 0) FROM kept)::int AS doubled,
            (SELECT count(*) FROM chaos.effects LEFT JOIN chaos.executions USING (execution)
              WHERE executions.execution IS NULL)::int AS unaccounted,
            (SELECT count(*) FROM tasks WHERE state <> 'done')::int AS unfinished,
            (SELECT count(*) FROM chaos.executions)::int AS executions,
            (SELECT count(*) FROM chaos.executions WHERE NOT EXISTS (
               SELECT FROM chaos.effects WHERE effects.execution = executions.execution))::int AS wasted,
            (SELECT coalesce(max(seconds), 0) FROM gaps)::float AS "longestGap"`,
    [items],
  );
  return row as Verdict;
}

export function isFlawless({ lost, doubled, unaccounted, unfinished }: Verdict): boolean {
  return lost + doubled + unaccounted + unfinished === 0;
}
