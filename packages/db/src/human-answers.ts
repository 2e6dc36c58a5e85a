import type { HumanSaid } from "@anyone/domain/release/settle";
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

/** What people said; rows are only ever added. */
export const humanAnswers = {
  async add(tx: Transaction, origin: AnswerOrigin, answers: readonly NewHumanAnswer[]): Promise<void> {
    await tx.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, reviewer, iteration, purpose, idempotency_key,
                                  category, value, text, milliseconds)
       SELECT $1, $2, $3, $4, $5, $6, $7, * FROM unnest($8::smallint[], $9::smallint[], $10::text[], $11::int[])`,
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

  /** What people said about these assets for one purpose, per asset, oldest first. */
  async about(
    sql: Sql,
    protocolId: string,
    assetIds: readonly string[],
    purpose: "evaluation" | "sample",
  ): Promise<Map<string, HumanSaid[]>> {
    const rows = await sql.query<HumanSaid & { assetId: string }>(
      `SELECT asset_id AS "assetId", category, value, text FROM human_answers
        WHERE protocol_id = $1 AND asset_id = ANY ($2::text[]) AND purpose = $3 ORDER BY id`,
      [protocolId, assetIds, purpose],
    );
    const said = new Map<string, HumanSaid[]>();
    for (const { assetId, ...answer } of rows) {
      const ofAsset = said.get(assetId);
      if (ofAsset) ofAsset.push(answer);
      else said.set(assetId, [answer]);
    }
    return said;
  },

  /** Answers given under a protocol: in one iteration, in all, and in all by purpose. */
  async spent(sql: Sql, protocolId: string, iteration: number) {
    const [row] = await sql.query<{ here: number; total: number; evaluation: number; sample: number }>(
      `SELECT count(*) FILTER (WHERE iteration = $2)::int AS here, count(*)::int AS total,
              count(*) FILTER (WHERE purpose = 'evaluation')::int AS evaluation,
              count(*) FILTER (WHERE purpose = 'sample')::int AS sample
         FROM human_answers WHERE protocol_id = $1`,
      [protocolId, iteration],
    );
    return row ?? { here: 0, total: 0, evaluation: 0, sample: 0 };
  },
};
