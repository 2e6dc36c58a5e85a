import type { Gates } from "@anyone/domain/filter/gate";
import type { Cuts } from "@anyone/domain/filter/ranking";
import type { Rejudgeable } from "@anyone/domain/filter/rejudge";
import { storedMeasurement } from "@anyone/domain/filter/stored";
import type { DropReason } from "@anyone/domain/filter/verdict";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { ENDED_AFTER, ENDED_IN, everyEnded, JUDGED_COLUMNS, type JudgedRow, judgedOf, type Range } from "./judged.ts";

/** Candidates of one task. */
export const REJUDGED_AT_ONCE = 500;
/** Ranges that one look for them finds at most. */
const AT_ONCE = 40;

interface RejudgeableRow extends JudgedRow {
  stored: boolean;
  twinId: string | null;
  twinSourceId: string;
  twinVerdict: unknown;
  twinMeasures: unknown;
  twinModels: unknown;
}

const REJUDGEABLE = `SELECT ${JUDGED_COLUMNS}, c.object_key IS NOT NULL AS stored,
    t.id AS "twinId", t.source_id AS "twinSourceId", tc.verdict AS "twinVerdict",
    t.measures AS "twinMeasures", t.models AS "twinModels"
  FROM candidates c LEFT JOIN assets a ON a.candidate_id = c.id
  LEFT JOIN assets t ON c.status = 'dropped' AND c.reason <> 'duplicate' AND t.id = c.verdict ->> 'duplicateOf'
  LEFT JOIN candidates tc ON tc.id = t.candidate_id`;

/** The candidates of a range, by id. `cuts` are those of their sources, and of the sources of what they are like. */
export async function rejudgeable(
  sql: Sql,
  { after, upTo }: Range,
  cuts: ReadonlyMap<string, Cuts>,
): Promise<Rejudgeable[]> {
  const rows = await sql.query<RejudgeableRow>(`${REJUDGEABLE} WHERE ${ENDED_IN} ORDER BY c.id`, [after, upTo]);
  return rows.map((row) => rejudgeableOf(row, cuts));
}

/** The next near duplicates over an id whose like was withdrawn, by id, at most `REJUDGED_AT_ONCE`. `cuts` as above. */
export async function rejudgeableAlike(
  sql: Sql,
  after: string,
  cuts: ReadonlyMap<string, Cuts>,
): Promise<Rejudgeable[]> {
  const rows = await sql.query<RejudgeableRow>(
    `${REJUDGEABLE} WHERE c.status = 'dropped' AND c.reason = 'near-duplicate' AND c.id > $1 AND t.withdrawn_at IS NOT NULL
     ORDER BY c.id LIMIT ${REJUDGED_AT_ONCE}`,
    [after],
  );
  return rows.map((row) => rejudgeableOf(row, cuts));
}

/** Every candidate that the filter ended, in the order of their ids. */
export function everyRejudgeable(sql: Sql, gates: Gates): AsyncGenerator<Rejudgeable, void> {
  return everyEnded(sql, gates, (range, cuts) => rejudgeable(sql, range, cuts));
}

function rejudgeableOf(row: RejudgeableRow, cuts: ReadonlyMap<string, Cuts>): Rejudgeable {
  const { stored, twinId, twinSourceId: sourceId, twinVerdict, twinMeasures: measures, twinModels } = row;
  const measured = storedMeasurement(twinVerdict, { measures, models: twinModels });
  return {
    ...judgedOf(row, cuts),
    stored,
    twin: twinId === null ? null : { id: twinId, sourceId, measured, cuts: cuts.get(sourceId) ?? {} },
  };
}

/**
 * The next ranges over `after` of up to `chunk` candidates each. The very last one has no end: together they hold all that the filter ended,
 * also what it ends meanwhile. Where none is without an end, more of them follow.
 */
export async function rejudgeRanges(sql: Sql, after: string, chunk = REJUDGED_AT_ONCE): Promise<Range[]> {
  const rows = await sql.query<{ id: string }>(
    `SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n
                       FROM (SELECT c.id FROM candidates c WHERE ${ENDED_AFTER} ORDER BY c.id LIMIT $2::int * ${AT_ONCE}) AS next) AS ended
     WHERE n % $2::int = 0 ORDER BY id`,
    [after, chunk],
  );
  const ends = rows.map(({ id }) => id);
  const upTo = ends.length < AT_ONCE ? [...ends, null] : ends;
  return upTo.map((end, i) => ({ after: ends[i - 1] ?? after, upTo: end }));
}

/** What a candidate's verdict becomes; `details` is what is told of its judging, beside what was measured. */
export interface RejudgedVerdict {
  candidateId: string;
  status: "kept" | "dropped";
  reason: DropReason | null;
  details: Record<string, unknown>;
}

/** Writes verdicts that differ from those that stand; what was measured stays beside them. */
export async function recordRejudged(tx: Transaction, verdicts: readonly RejudgedVerdict[]): Promise<void> {
  await tx.query(
    `UPDATE candidates AS c SET status = now.status, reason = now.reason, verdict = now.verdict
     FROM (SELECT one.id, one.status, one.reason, (coalesce(old.verdict, '{}') - 'cuts' - 'duplicateOf') || one.details::jsonb AS verdict
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS one (id, status, reason, details)
             JOIN candidates old ON old.id = one.id) AS now
     WHERE c.id = now.id AND (c.status, c.reason, c.verdict) IS DISTINCT FROM (now.status, now.reason, now.verdict)`,
    [
      verdicts.map(({ candidateId }) => candidateId),
      verdicts.map(({ status }) => status),
      verdicts.map(({ reason }) => reason),
      verdicts.map(({ details }) => JSON.stringify(details)),
    ],
  );
}

/** Puts dropped candidates before the filter again, or, where their bytes were never stored, before the fetch. */
export async function reopen(tx: Transaction, ids: readonly string[], status: "fetched" | "listed"): Promise<void> {
  await tx.query(
    `UPDATE candidates SET status = $2, reason = NULL, filtered_at = NULL WHERE id = ANY($1::text[]) AND status = 'dropped'`,
    [ids, status],
  );
}
