import type { CandidateId } from "@anyone/domain/ids";
import {
  type ConsentPlace,
  type ConsentSignal,
  type Heard,
  placesOfBits,
  placesToBits,
} from "@anyone/domain/source/consent";
import { type LedgerRow, rowsOf, rowsToAdd } from "@anyone/domain/source/ledger";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** What was heard of one candidate. Not `whole` when asking broke off: what was not reached may still stand. */
export interface Reading {
  candidateId: CandidateId;
  heard: Heard;
  whole: boolean;
}

/** A row as it stands in the ledger. */
export interface StoredEvidence extends LedgerRow {
  readAt: string;
  /** Whether it is the latest of its signal and place. */
  stands: boolean;
}

/** The columns of `evidence` that a row brings, for `jsonb_to_recordset`. */
export const EVIDENCE_COLUMNS = `(candidate_id text, signal text, stance text, value text, place text, read_from text)`;

/** Rows of a candidate's ledger as JSON for `EVIDENCE_COLUMNS`. */
export function evidenceJson(candidateId: CandidateId, rows: readonly LedgerRow[]): Record<string, unknown>[] {
  return rows.map(({ readFrom, ...row }) => ({ candidate_id: candidateId, ...row, read_from: readFrom }));
}

/** What a first reading writes. */
export function firstRows({ candidateId, heard }: Pick<Reading, "candidateId" | "heard">): Record<string, unknown>[] {
  return evidenceJson(candidateId, rowsOf(heard.evidence));
}

const LATER = `EXISTS (SELECT 1 FROM evidence later WHERE later.candidate_id = e.candidate_id AND later.signal = e.signal
  AND later.place = e.place AND later.read_from = e.read_from AND later.id > e.id)`;

/** The signal by which the candidate of an id's column is kept out of training now, or null. */
export function reservedBy(candidateId: string): string {
  return `(SELECT e.signal FROM evidence e WHERE e.candidate_id = ${candidateId} AND e.stance = 'reserves' AND NOT ${LATER}
    ORDER BY e.id DESC LIMIT 1)`;
}

/** Adds what readings bring that is new, and notes what was asked and when. Of a reading that is not whole only what was said counts. */
export async function recordReadings(tx: Transaction, readings: readonly Reading[]): Promise<void> {
  if (readings.length === 0) return;
  const standing = await tx.query<LedgerRow & { candidateId: string }>(
    `SELECT e.candidate_id AS "candidateId", e.signal, e.stance, e.value, e.place, e.read_from AS "readFrom" FROM evidence e
     WHERE e.candidate_id = ANY($1::text[]) AND NOT ${LATER}`,
    [readings.map(({ candidateId }) => candidateId)],
  );
  const byCandidate = Map.groupBy(standing, ({ candidateId }) => candidateId);
  const added = readings.flatMap(({ candidateId, heard, whole }) => {
    const before = (byCandidate.get(candidateId) ?? []).map(({ candidateId: _, ...row }) => row);
    return evidenceJson(candidateId, rowsToAdd(before, heard, { whole }));
  });
  await tx.query(
    `INSERT INTO evidence (candidate_id, signal, stance, value, place, read_from, read_at)
     SELECT candidate_id, signal, stance, value, place, read_from, clock_timestamp()
     FROM jsonb_to_recordset($1::jsonb) AS added ${EVIDENCE_COLUMNS}`,
    [JSON.stringify(added)],
  );
  await noteAsked(
    tx,
    readings.flatMap(({ candidateId, heard }) => (heard.asked.length > 0 ? [{ candidateId, asked: heard.asked }] : [])),
  );
}

/** Notes which places were asked about which candidates, now. */
async function noteAsked(
  tx: Transaction,
  asked: readonly { candidateId: CandidateId; asked: readonly ConsentPlace[] }[],
): Promise<void> {
  await tx.query(
    `UPDATE candidates SET consent_asked = coalesce(consent_asked, 0) | now.asked, consent_at = clock_timestamp()
     FROM unnest($1::text[], $2::smallint[]) AS now (id, asked) WHERE candidates.id = now.id`,
    [asked.map(({ candidateId }) => candidateId), asked.map((one) => placesToBits(one.asked))],
  );
}

/** What was said of training on a candidate, and who was asked. */
export interface Consent {
  candidateId: string;
  asked: ConsentPlace[] | null;
  askedAt: string | null;
  reservedBy: ConsentSignal | null;
  /** Latest first. */
  items: StoredEvidence[];
}

/** Undefined when there is no such candidate. */
export async function readConsent(sql: Sql, candidateId: string): Promise<Consent | undefined> {
  const [[candidate], items] = await Promise.all([
    read<{ asked: number | null; askedAt: string | null; reservedBy: ConsentSignal | null }>(
      sql,
      `SELECT c.consent_asked AS asked, c.consent_at AS "askedAt", ${reservedBy("c.id")} AS "reservedBy" FROM candidates c WHERE c.id = $1`,
      [candidateId],
    ),
    read<StoredEvidence>(
      sql,
      `SELECT e.signal, e.stance, e.value, e.place, e.read_from AS "readFrom", e.read_at AS "readAt", NOT ${LATER} AS stands
       FROM evidence e WHERE e.candidate_id = $1 ORDER BY e.id DESC`,
      [candidateId],
    ),
  ]);
  if (!candidate) return undefined;
  return { candidateId, ...candidate, asked: candidate.asked === null ? null : placesOfBits(candidate.asked), items };
}

/** By what some of these candidates say of themselves that a model made them. */
export async function generatedMarks(sql: Sql, ids: readonly CandidateId[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string; value: string }>(
    `SELECT e.candidate_id AS id, min(e.value) AS value FROM evidence e
     WHERE e.candidate_id = ANY($1::text[]) AND e.stance = 'generated' AND NOT ${LATER} GROUP BY 1`,
    [ids],
  );
  return new Map(rows.map(({ id, value }) => [id, value]));
}
