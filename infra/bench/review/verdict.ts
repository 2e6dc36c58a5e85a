import type { OpenDatabase } from "../../../packages/db/src/client.ts";
import type { Seen } from "./client.ts";
import { EVALUATION } from "./fill.ts";

/** Acknowledged answers that are not in the truth. */
export async function countLost(db: OpenDatabase, acknowledged: Seen["acknowledged"]): Promise<number> {
  let lost = 0;
  for (let from = 0; from < acknowledged.length; from += 10_000) {
    const some = acknowledged.slice(from, from + 10_000);
    const [row] = await db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM unnest($1::text[], $2::smallint[], $3::text[], $4::smallint[])
              AS said (page, category, reviewer, value)
        WHERE NOT EXISTS (SELECT FROM human_answers h WHERE h.review_task_id = said.page AND h.category = said.category
                             AND h.reviewer = said.reviewer AND h.value = said.value)`,
      [
        some.map(({ taskId }) => taskId),
        some.map(({ category }) => category),
        some.map(({ reviewer }) => reviewer),
        some.map(({ value }) => value),
      ],
    );
    lost += row?.n ?? 0;
  }
  return lost;
}

/** Slots that more than one person answered first, and evaluation questions with more votes than seats, or two of one person. */
export async function countOverOverlap(db: OpenDatabase): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `SELECT ((SELECT count(*) FROM (SELECT FROM human_answers WHERE revision = 1
                GROUP BY review_task_id, category HAVING count(*) > 1) AS twice)
           + (SELECT count(*) FROM (SELECT FROM human_answers WHERE revision = 1 AND purpose = 'evaluation'
                GROUP BY asset_id, category HAVING count(*) > $1 OR count(DISTINCT reviewer) < count(*)) AS over))::int AS n`,
    [EVALUATION.overlap],
  );
  return row?.n ?? 0;
}
