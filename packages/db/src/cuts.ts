import type { Gates } from "@anyone/domain/filter/gate";
import { type Cut, type Cuts, RANKED_SCORES, type RankedScore } from "@anyone/domain/filter/ranking";
import type { Sql } from "@anyone/domain/transaction";

/**
 * The cuts of sources, by their ids, read from every score that is stored: of what was kept and of what was dropped. The same as `cutOf` over
 * those scores; a score whose gate is off has none. Reads all of a source's candidates: not for every picture.
 */
export async function readCuts(
  sql: Sql,
  sourceIds: readonly string[],
  gates: Pick<Gates, RankedScore>,
): Promise<Map<string, Cuts>> {
  const cuts = new Map<string, Partial<Record<RankedScore, Record<string, Cut>>>>();
  for (const [score, slot] of Object.entries(RANKED_SCORES) as [RankedScore, string][]) {
    const ranking = gates[score];
    if (!ranking) continue;
    const rows = await sql.query<{ sourceId: string; version: string } & Cut>(
      `WITH scored AS (
         SELECT source_id, measures -> $2 AS score, models FROM assets
          WHERE source_id = ANY($1::text[]) AND measures ? $2
         UNION ALL
         SELECT source_id, verdict -> $2, verdict -> 'models' FROM candidates
          WHERE source_id = ANY($1::text[]) AND status = 'dropped' AND verdict ? $2)
       SELECT source_id AS "sourceId", model ->> 'version' AS version, count(*)::int AS of,
              percentile_disc($4::float8) WITHIN GROUP (ORDER BY score::float8) AS at
         FROM scored CROSS JOIN LATERAL jsonb_array_elements(models) AS model
        WHERE model ->> 'slot' = $3 AND model ->> 'tier' <> 'none'
        GROUP BY 1, 2`,
      [sourceIds, score, slot, ranking.percentile / 100],
    );
    for (const { sourceId, version, at, of } of rows) {
      const own = cuts.get(sourceId) ?? {};
      cuts.set(sourceId, { ...own, [score]: { ...own[score], [version]: { at, of } } });
    }
  }
  return cuts;
}
