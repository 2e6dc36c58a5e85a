import type { AnsweredPage } from "@anyone/domain/review/crowd-items";
import { RUSHED_MS } from "@anyone/domain/review/suspects";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** One annotator's work, counted; times in milliseconds an answer. */
export interface AnnotatorRow {
  name: string;
  answers: number;
  pages: number;
  skipped: number;
  firstAt: string;
  lastAt: string;
  /** Answers with a time, and those of them too fast to have looked. */
  timed: number;
  rushed: number;
  medianMs: number | null;
  quarterMs: number | null;
  threeQuartersMs: number | null;
  /** Whether the answers stand. */
  quarantined: boolean;
}

/** One entry of an annotator's record of quarantines. */
export interface AnnotatorStateRow {
  state: "quarantined" | "restored";
  reason: string;
  by: string;
  at: string;
}

/** Pages that quality is read from, the latest so many: everybody is judged by everybody in about a second. */
const PAGES = 1_500;

/** Everybody who ever answered, the busiest first; one of them when `name` is given. */
export function readAnnotators(sql: Sql, name?: string): Promise<AnnotatorRow[]> {
  return read(
    sql,
    `select h.reviewer as name, count(*)::int as answers, count(distinct h.review_task_id)::int as pages,
            (select count(*)::int from review_tasks t where t.reviewer = h.reviewer and t.state = 'skipped') as skipped,
            min(h.created_at) as "firstAt", max(h.created_at) as "lastAt",
            count(h.milliseconds)::int as timed, count(*) filter (where h.milliseconds < $2)::int as rushed,
            percentile_cont(0.5) within group (order by h.milliseconds) as "medianMs",
            percentile_cont(0.25) within group (order by h.milliseconds) as "quarterMs",
            percentile_cont(0.75) within group (order by h.milliseconds) as "threeQuartersMs",
            exists (select from quarantined_annotators q where q.reviewer = h.reviewer) as quarantined
       from human_answers h where h.carried_from is null and ($1::text is null or h.reviewer = $1)
      group by h.reviewer order by answers desc, name`,
    [name ?? null, RUSHED_MS],
  );
}

/** An annotator's answers by day (UTC), the last 90 days with any, oldest first. */
export async function readAnswersByDay(
  sql: Sql,
  name: string,
): Promise<{ day: string; answers: number; seconds: number }[]> {
  const rows = await read<{ day: string; answers: number; seconds: number }>(
    sql,
    `select to_char(created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as answers,
            coalesce(sum(milliseconds), 0)::float8 / 1000 as seconds
       from human_answers where reviewer = $1 and carried_from is null group by 1 order by 1 desc limit 90`,
    [name],
  );
  return rows.reverse();
}

/** When an annotator was put into quarantine or back to work, by whom and why; latest first. */
export function readAnnotatorStates(sql: Sql, name: string): Promise<AnnotatorStateRow[]> {
  return read(
    sql,
    `select state, reason, set_by as by, set_at as at from annotator_states where reviewer = $1 order by id desc`,
    [name],
  );
}

/**
 * The latest pages by which people can be judged: answered blind, about evaluation assets, samples and known answers. A page whose questions
 * several people answered is one of each of them, about what they answered.
 * Who helped to make an answer known is not tested by it.
 * People in quarantine are judged too, or nobody could see whether it was right to put them there.
 */
export async function judgedPages(sql: Sql, protocolId: string): Promise<AnsweredPage[]> {
  const rows = await sql.query<Omit<AnsweredPage, "said"> & { said: number[]; value: number[] }>(
    `SELECT t.asset_id AS "assetId", own.reviewer, CASE WHEN own.alone THEN t.categories ELSE own.said END AS categories,
            p.truth, own.said, own.value
       FROM (SELECT t.* FROM review_tasks t JOIN iterations i ON i.number = t.iteration
              WHERE i.protocol_id = $1 AND t.state = 'done' AND t.blind
              ORDER BY t.done_at DESC LIMIT $2) t
       JOIN LATERAL (
         SELECT h.reviewer, array_agg(h.category ORDER BY h.category) AS said, array_agg(h.value ORDER BY h.category) AS value,
                count(*) OVER () = 1 AS alone
           FROM latest_answers h WHERE h.review_task_id = t.id AND h.protocol_id = $1
          GROUP BY h.reviewer) AS own ON true
       LEFT JOIN honeypots p ON p.review_task_id = t.id
      WHERE p.review_task_id IS NULL OR NOT EXISTS (SELECT FROM human_answers o WHERE o.asset_id = t.asset_id
              AND o.reviewer = own.reviewer AND o.purpose <> 'honeypot' AND o.created_at < p.added_at)`,
    [protocolId, PAGES],
  );
  return rows.map(({ said, value, ...page }) => ({
    ...page,
    said: new Map(said.map((category, place) => [category, value[place] as number])),
  }));
}
