import { UNSURE } from "@anyone/domain/annotate/answer";
import type { HumanSaid } from "@anyone/domain/release/settle";
import type { Ballot } from "@anyone/domain/review/agreement";
import { castBallot } from "@anyone/domain/review/ballot";
import type { Sql, Transaction } from "@anyone/domain/transaction";

export interface NewHumanAnswer extends HumanSaid {
  milliseconds?: number | undefined;
}

/** The page and person that a submission's answers belong to. */
export interface AnswerOrigin {
  reviewTaskId: string;
  assetId: string;
  protocolId: string;
  reviewer: string;
  iteration: number;
  purpose: string;
  idempotencyKey: string;
}

/** A page about an evaluation asset with its answers side by side. */
interface PageRow {
  assetId: string;
  turn: number | null;
  asked: number[];
  categories: number[];
  answered: boolean;
  said: number[];
  value: number[];
}

/** The page that page `t` stands in the place of, through all that stood there between; itself, where it replaces none. */
const FIRST_OF = (t: string) => `CASE WHEN ${t}.replaces IS NULL THEN ${t}.id ELSE (
  WITH RECURSIVE line AS (SELECT ${t}.id, ${t}.replaces UNION ALL
    SELECT p.id, p.replaces FROM line JOIN review_tasks p ON p.id = line.replaces)
  SELECT id FROM line WHERE replaces IS NULL) END`;

/** What people said; rows are only ever added. */
export const humanAnswers = {
  async add(tx: Transaction, origin: AnswerOrigin, answers: readonly NewHumanAnswer[]): Promise<void> {
    await tx.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, reviewer, iteration, purpose, idempotency_key,
                                  category, value, text, milliseconds, revision)
       SELECT $1, $2, $3, $4, $5, $6, $7, new.*, 1 + (SELECT coalesce(max(revision), 0) FROM human_answers
                 WHERE review_task_id = $1 AND protocol_id = $3 AND category = new.category)
         FROM unnest($8::smallint[], $9::smallint[], $10::text[], $11::int[]) AS new (category, value, text, ms)`,
      [
        origin.reviewTaskId,
        origin.assetId,
        origin.protocolId,
        origin.reviewer,
        origin.iteration,
        origin.purpose,
        origin.idempotencyKey,
        answers.map(({ category }) => category),
        answers.map(({ value }) => value),
        answers.map(({ text }) => text ?? null),
        answers.map(({ milliseconds }) => milliseconds ?? null),
      ],
    );
  },

  /** What was recorded under an idempotency key, in category order. */
  async underKey(sql: Sql, key: string): Promise<(HumanSaid & { reviewTaskId: string })[]> {
    return sql.query(
      `SELECT review_task_id AS "reviewTaskId", category, value, text FROM human_answers WHERE idempotency_key = $1
        ORDER BY category`,
      [key],
    );
  },

  /** What stands of what was said on these pages under a protocol, by page: a newer version may hold copies of it, numbered otherwise. */
  async standingOn(sql: Sql, protocolId: string, taskIds: readonly string[]): Promise<Map<string, HumanSaid[]>> {
    const rows = await sql.query<HumanSaid & { taskId: string }>(
      `SELECT review_task_id AS "taskId", category, value, text FROM standing_answers
        WHERE protocol_id = $1 AND review_task_id = ANY ($2::text[]) ORDER BY category`,
      [protocolId, taskIds],
    );
    return Map.groupBy(rows, ({ taskId }) => taskId);
  },

  /** What stands of what people said about these assets as samples or in imported files, per asset: imported first, then oldest first. */
  async teaching(sql: Sql, protocolId: string, assetIds: readonly string[]): Promise<Map<string, HumanSaid[]>> {
    const rows = await sql.query<HumanSaid & { assetId: string }>(
      `SELECT asset_id AS "assetId", category, value, text FROM teaching_answers
        WHERE protocol_id = $1 AND asset_id = ANY ($2::text[]) ORDER BY purpose = 'sample', id`,
      [protocolId, assetIds],
    );
    const said = new Map<string, HumanSaid[]>();
    for (const { assetId, ...answer } of rows) {
      const ofAsset = said.get(assetId);
      if (ofAsset) ofAsset.push(answer);
      else said.set(assetId, [answer]);
    }
    return said;
  },

  /** What stands of what files say about these assets, per asset; the latest of each question, and not where somebody was unsure. */
  async fromFiles(sql: Sql, protocolId: string, assetIds: readonly string[]): Promise<Map<string, HumanSaid[]>> {
    const rows = await sql.query<HumanSaid & { assetId: string }>(
      `SELECT DISTINCT ON (asset_id, category) asset_id AS "assetId", category, value, text FROM teaching_answers
        WHERE protocol_id = $1 AND asset_id = ANY ($2::text[]) AND purpose = 'import' AND value <> ${UNSURE}
        ORDER BY asset_id, category, id DESC`,
      [protocolId, assetIds],
    );
    return Map.groupBy(rows, ({ assetId }) => assetId);
  },

  /**
   * What people said about evaluation assets, per asset: each turn of which a page ended is a vote, the tie-break last, about what
   * was not skipped of it; a page skipped whole is none. What annotators in quarantine said is not there: the page that asks
   * others in their place is the same turn.
   */
  async ballots(sql: Sql, protocolId: string, assetIds: readonly string[]): Promise<Map<string, Required<Ballot>>> {
    const rows = await sql.query<PageRow>(
      `SELECT "assetId", answered, asked, categories, said, value,
              CASE WHEN NOT "tieBreak" THEN dense_rank() OVER (PARTITION BY "assetId", iteration, "tieBreak" ORDER BY first)::int END AS turn
         FROM (
       SELECT t.asset_id AS "assetId", t.iteration, t.state IN ('done', 'skipped') AS answered, t.purpose = 'tie-break' AS "tieBreak",
              t.id, ${FIRST_OF("t")} AS first, t.categories AS asked,
              ARRAY(SELECT c FROM unnest(t.categories) AS c LEFT JOIN review_slots s ON s.task = t.number AND s.category = c
                     WHERE NOT EXISTS (SELECT FROM quarantined_annotators q WHERE s.state = 'done' AND q.reviewer = s.reviewer)
                       AND CASE t.state WHEN 'done' THEN s.state IS DISTINCT FROM 'skipped' ELSE s.state IN ('done', 'closed') END)
                AS categories,
              coalesce(array_agg(h.category ORDER BY h.category) FILTER (WHERE h.id IS NOT NULL), '{}') AS said,
              coalesce(array_agg(h.value ORDER BY h.category) FILTER (WHERE h.id IS NOT NULL), '{}') AS value
         FROM review_tasks t JOIN iterations i ON i.number = t.iteration
         LEFT JOIN standing_answers h ON h.review_task_id = t.id
        WHERE t.purpose IN ('evaluation', 'tie-break') AND i.protocol_id = $1 AND t.asset_id = ANY ($2::text[])
          AND NOT (EXISTS (SELECT FROM quarantined_annotators q WHERE q.reviewer = t.reviewer)
                   AND NOT EXISTS (SELECT FROM standing_answers s WHERE s.review_task_id = t.id))
        GROUP BY t.id) AS pages ORDER BY "assetId", iteration, id`,
      [protocolId, assetIds],
    );
    return new Map(
      [...Map.groupBy(rows, ({ assetId }) => assetId)].map(([assetId, pages]) => [
        assetId,
        castBallot(
          pages.map(({ said, value, ...page }) => ({
            ...page,
            said: new Map(said.map((category, place) => [category, value[place] as number])),
          })),
        ),
      ]),
    );
  },

  /** Answers given here under a protocol, not imported or carried over, nor rows that take one back: in one iteration, in all, and in all by purpose. */
  async spent(sql: Sql, protocolId: string, iteration: number) {
    const [row] = await sql.query<{ here: number; total: number; evaluation: number; sample: number }>(
      `SELECT count(*) FILTER (WHERE iteration = $2)::int AS here, count(*)::int AS total,
              count(*) FILTER (WHERE purpose <> 'sample')::int AS evaluation,
              count(*) FILTER (WHERE purpose = 'sample')::int AS sample
         FROM human_answers WHERE protocol_id = $1 AND carried_from IS NULL AND purpose <> 'import' AND value <> -1`,
      [protocolId, iteration],
    );
    return row ?? { here: 0, total: 0, evaluation: 0, sample: 0 };
  },
};
