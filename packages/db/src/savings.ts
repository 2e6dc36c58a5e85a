import type { IterationReport } from "@anyone/domain/review/report";
import { LONGEST_ANSWER_SECONDS, type SavingsFacts } from "@anyone/domain/review/savings";
import type { Sql } from "@anyone/domain/transaction";

/** Assets and pages that the meter's intervals are drawn from. Ids are hashes: the first so many are a random sample. */
const SAMPLE = 4_000;

/** Not copied from an older protocol, nor out of a file: what cost somebody's time here. */
const GIVEN_HERE = "carried_from IS NULL AND purpose <> 'import'";

/** What the savings meter counts under a protocol; the rest of its facts are settings and scores. */
export async function readSavingsFacts(
  sql: Sql,
  protocolId: string,
): Promise<Pick<SavingsFacts, "pool" | "applicable" | "spent" | "imported" | "lost" | "pages">> {
  const [pool] = await sql.query<{ n: number }>("SELECT count(*)::int AS n FROM pool");
  const applicable = await sql.query<{ n: number }>(
    `SELECT (SELECT count(*)::int FROM unnest(w.value) AS v WHERE v <> -1) AS n
       FROM pool a JOIN answers w ON w.asset_id = a.id AND w.protocol_id = $1 ORDER BY a.id LIMIT $2`,
    [protocolId, SAMPLE],
  );
  const spent = await sql.query<{ purpose: string; answers: number }>(
    `SELECT purpose, count(*)::int AS answers FROM human_answers WHERE protocol_id = $1 AND ${GIVEN_HERE} AND value <> -1
      GROUP BY 1 ORDER BY 1`,
    [protocolId],
  );
  const [imported] = await sql.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM human_answers WHERE protocol_id = $1 AND purpose = 'import'",
    [protocolId],
  );
  const [lost] = await sql.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM human_answers h JOIN quarantined_annotators q ON q.reviewer = h.reviewer
      WHERE h.protocol_id = $1 AND ${GIVEN_HERE} AND h.value <> -1`,
    [protocolId],
  );
  const pages = await sql.query<{ answers: number; seconds: number }>(
    `SELECT count(*)::int AS answers, sum(least(milliseconds / 1000.0, $2))::float8 AS seconds
       FROM human_answers WHERE protocol_id = $1 AND ${GIVEN_HERE} AND milliseconds IS NOT NULL
      GROUP BY review_task_id ORDER BY hashtext(review_task_id) LIMIT $3`,
    [protocolId, LONGEST_ANSWER_SECONDS, SAMPLE],
  );
  return {
    pool: pool?.n ?? 0,
    applicable: applicable.map(({ n }) => n),
    spent,
    imported: imported?.n ?? 0,
    lost: lost?.n ?? 0,
    pages,
  };
}

/** What the last iteration that was scored under a protocol found. */
export async function lastScored(sql: Sql, protocolId: string): Promise<IterationReport | undefined> {
  const [row] = await sql.query<{ scores: IterationReport }>(
    `SELECT scores FROM iterations WHERE protocol_id = $1 AND scores ? 'after' ORDER BY number DESC LIMIT 1`,
    [protocolId],
  );
  return row?.scores;
}
