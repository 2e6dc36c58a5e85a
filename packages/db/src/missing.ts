import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { SourceId } from "@anyone/domain/ids";
import type { Aimable } from "@anyone/domain/source/aim";
import { type AnswerCount, findLacks, type Lack } from "@anyone/domain/source/deficit";
import { EXHAUSTED_FOR_MS } from "@anyone/domain/source/source";
import type { Sql } from "@anyone/domain/transaction";

/** Answered assets that are counted at most: of ten options with half of an even share each, a thousand examples are still among them. */
const MOST_COUNTED = 20_000;

/** What the pool lacks, and how many of its answered assets that was counted in. */
export interface Missing {
  assets: number;
  counted: number;
  lacks: Lack[];
}

/**
 * Counts the pool's answers under a protocol, in a sample of their pages where there are more than `most`, and finds what lacks: nothing, before the
 * first protocol.
 */
export async function readMissing(sql: Sql, protocol: Protocol | undefined, most = MOST_COUNTED): Promise<Missing> {
  if (!protocol) return { assets: 0, counted: 0, lacks: [] };
  const { identity } = protocol;
  const [all] = await sql.query<{ assets: number }>(
    "SELECT count(*)::int AS assets FROM answers JOIN pool ON pool.id = asset_id WHERE protocol_id = $1",
    [identity],
  );
  const assets = all?.assets ?? 0;
  // One seed: looked at twice, the same pool lacks the same.
  const counts = await sql.query<AnswerCount>(
    `SELECT source_id AS "sourceId", (place - 1)::int AS index, answer::int AS value, count(*)::int AS count
       FROM answers TABLESAMPLE SYSTEM ($2::real) REPEATABLE (1) JOIN pool ON pool.id = asset_id,
            unnest(value) WITH ORDINALITY AS given (answer, place)
      WHERE protocol_id = $1 GROUP BY 1, 2, 3`,
    [identity, assets > most ? (100 * most) / assets : 100],
  );
  const sources = await sql.query<{ id: string }>("SELECT id FROM sources WHERE enabled");
  const counted = counts.filter(({ index }) => index === 0).reduce((sum, { count }) => sum + count, 0);
  const ids = sources.map(({ id }) => id);
  return { assets, counted, lacks: findLacks(protocol, counts, ids) };
}

/** What planning crawls needs to know of these sources, in their order. */
export function readAimable(sql: Sql, ids: readonly SourceId[]): Promise<Aimable[]> {
  return sql.query<Aimable>(
    `SELECT id, settings ? 'text' AS searched,
            coalesce((SELECT plan IS NOT NULL FROM crawls WHERE source_id = sources.id AND trigger = 'pool-low'
                       ORDER BY started_at DESC LIMIT 1), false) AS "aimedLast",
            ARRAY(SELECT DISTINCT query FROM crawls
                   WHERE source_id = sources.id AND query IS NOT NULL AND stop_reason = 'source-exhausted'
                     AND finished_at > clock_timestamp() - make_interval(secs => $2)) AS spent
       FROM sources WHERE id = ANY($1::text[]) ORDER BY array_position($1::text[], id)`,
    [ids, EXHAUSTED_FOR_MS / 1000],
  );
}

/** The sources that the pool's watch may crawl, and whether they are searched by words. */
export function readWatched(sql: Sql): Promise<{ id: string; searched: boolean }[]> {
  return sql.query("SELECT id, settings ? 'text' AS searched FROM sources WHERE enabled AND automatic ORDER BY id");
}
