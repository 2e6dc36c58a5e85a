import { CandidateId } from "@anyone/domain/ids";
import type { Recheck, RecheckStart } from "@anyone/domain/source/recheck";
import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** Candidates whose bytes were fetched, and when they were last asked about. */
export const FETCHED = `status IN ('fetched', 'kept')`;
export const ASKED = `coalesce(greatest(consent_at, checked_at), '-infinity')`;

type Walk = Pick<Recheck, "before" | "startedAt" | "sourceId">;

/**
 * Up to `limit` fetched candidates whose evidence is older than a recheck asks for, those that were asked about
 * least lately first. Those whose hosts gave no answer the last time come after all others: a host that is silent for good would stand before
 * them for ever.
 * @param after where the page before ended: its `last`; empty for the first
 */
export async function staleCandidates(
  sql: Sql,
  recheck: Walk,
  after: string,
  limit: number,
): Promise<{ ids: CandidateId[]; last: string | undefined }> {
  const from = placeOf(after);
  const answered = from.silent ? [] : await page(sql, ANSWERED, recheck, from, limit);
  const room = limit - answered.length;
  // Not those that gave no answer to this very recheck.
  const tried = { ...recheck, until: recheck.startedAt };
  const silent = room > 0 ? await page(sql, SILENT, tried, from.silent ? from : START, room) : [];
  const end = silent.at(-1) ?? answered.at(-1);
  return {
    ids: [...answered, ...silent].map(({ id }) => CandidateId.parse(id)),
    last: end && cursorOf({ ...end, silent: silent.length > 0 }),
  };
}

/** Where a page ended: among those whose hosts were silent or the others, at which moment, at which candidate. */
interface Place {
  silent: boolean;
  at: Date | null;
  id: string;
}

const START: Place = { silent: false, at: null, id: "" };

function cursorOf({ silent, at, id }: Place): string {
  return [...(silent ? ["silent"] : []), ...(at === null ? [] : [at.getTime()]), id].join(".");
}

/** A cursor of before moments were noted is an id. */
function placeOf(cursor: string): Place {
  const [, silent, ms, id = ""] = /^(silent\.)?(?:(\d+)\.)?(.*)$/.exec(cursor) ?? [];
  return { silent: silent !== undefined, at: ms === undefined ? null : new Date(Number(ms)), id };
}

/** Each of the two is walked by an index of its own. */
const ANSWERED = { those: "unanswered_at IS NULL", key: ASKED, at: "greatest(consent_at, checked_at)" };
const SILENT = { those: "unanswered_at IS NOT NULL", key: "unanswered_at", at: "unanswered_at" };

function page(
  sql: Sql,
  { those, key, at }: typeof SILENT,
  { before, until = before, sourceId }: Walk & { until?: string },
  from: Place,
  limit: number,
): Promise<{ id: string; at: Date | null }[]> {
  return sql.query(
    `SELECT id, ${at} AS at FROM candidates
     WHERE ${FETCHED} AND ${those} AND (${key}, id) > (coalesce($1::timestamptz, '-infinity'), $2) AND ${key} <= $3
       AND ${ASKED} <= $4 AND ($5::text IS NULL OR source_id = $5)
     ORDER BY ${key}, id LIMIT $6`,
    [from.at, from.id, until, before, sourceId, limit],
  );
}

/** What a recheck would ask about, by source, the most first. */
export interface Stale {
  sourceId: string;
  count: number;
  /** When the one was last asked about that was least lately; null where one never was. */
  oldest: string | null;
}

export function countStale(sql: Sql, { sourceId, olderThanDays }: Omit<RecheckStart, "most">): Promise<Stale[]> {
  return read<Stale>(
    sql,
    `SELECT source_id AS "sourceId", count(*)::int AS count, CASE WHEN bool_and(${ASKED} > '-infinity') THEN min(${ASKED}) END AS oldest
     FROM candidates WHERE ${FETCHED} AND ${ASKED} <= clock_timestamp() - make_interval(days => $1) AND ($2::text IS NULL OR source_id = $2)
     GROUP BY 1 ORDER BY 2 DESC, 1`,
    [olderThanDays, sourceId ?? null],
  );
}
