import type { AnswerCache } from "@anyone/domain/source/answer-cache";
import type { Sql } from "@anyone/domain/transaction";

/** Answers of APIs, in PostgreSQL: what one crawler asked, none of the others asks again. */
export function answerCache(db: Sql): AnswerCache {
  return {
    async get(request) {
      const rows = await db.query<{ answer: string }>(
        "SELECT answer FROM api_answers WHERE request = $1 AND until > clock_timestamp()",
        [request],
      );
      return rows[0]?.answer;
    },

    async keep(request, answer, forMs) {
      await db.query("DELETE FROM api_answers WHERE until <= clock_timestamp()");
      await db.query(
        `INSERT INTO api_answers (request, answer, until) VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
         ON CONFLICT (request) DO UPDATE SET answer = excluded.answer, until = excluded.until`,
        [request, answer, forMs],
      );
    },
  };
}
