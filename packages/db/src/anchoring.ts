import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { AnsweredPage } from "@anyone/domain/review/anchoring";
import type { Sql } from "@anyone/domain/transaction";

/**
 * The answered sample pages of a protocol, with how often the person said what the labeller had said. Only iterations that
 * had both blind and shown pages: in others there is nothing to compare. Answers that a person was unsure of are left out;
 * two colours are the same by their main one. Pages drawn uniformly are all blind, whatever the labeller thinks: they are left out.
 */
export function pagesBesideSuggestions(sql: Sql, protocol: Protocol): Promise<AnsweredPage[]> {
  const two = protocol.categories.filter(({ arity }) => arity === "two").map(({ n }) => n);
  return sql.query<AnsweredPage>(
    `WITH said AS (
       SELECT t.id, t.iteration, t.blind, h.category = ANY ($2::smallint[]) AS two, h.value, h.suggested
         FROM standing_answers h JOIN review_tasks t ON t.id = h.review_task_id
        WHERE h.protocol_id = $1 AND h.purpose = 'sample' AND h.suggested IS NOT NULL AND h.value <> -3
          AND NOT EXISTS (SELECT FROM samples s WHERE s.iteration = t.iteration AND s.asset_id = t.asset_id AND s.uniform))
     SELECT blind, count(*)::int AS answers,
            count(*) FILTER (WHERE value = suggested OR (two AND value >= 0 AND suggested >= 0
                                                         AND value % 256 = suggested % 256))::int AS agreed
       FROM said WHERE iteration IN (SELECT iteration FROM said GROUP BY 1 HAVING count(DISTINCT blind) = 2)
      GROUP BY id, blind ORDER BY id`,
    [protocol.identity, two],
  );
}
