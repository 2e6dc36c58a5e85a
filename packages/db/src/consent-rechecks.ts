import { randomUUID } from "node:crypto";
import { fault } from "@anyone/domain/fault";
import { CandidateId, SourceId } from "@anyone/domain/ids";
import type { Validators } from "@anyone/domain/source/candidate";
import type { Found, Recheck, RecheckStart } from "@anyone/domain/source/recheck";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** A fetched candidate as its host is asked about it again. */
export interface Askable {
  id: CandidateId;
  sourceId: SourceId;
  externalId: string;
  url: string;
  sha256: string | null;
  bytes: number | null;
  validators: Validators | null;
}

const RECHECK = `select id, source_id as "sourceId", most, before, why, listed, found, unchanged, changed, opted_out as "optedOut", gone,
  unanswered, departed, returned, started_at as "startedAt", finished_at as "finishedAt" from consent_rechecks`;

/**
 * Opens a recheck. The caller writes the task of its first page in the same transaction.
 * @throws Fault `not-found` when there is no such source
 */
export async function startRecheck(tx: Transaction, start: RecheckStart & { why: string }): Promise<string> {
  const { sourceId, most, olderThanDays, why } = start;
  if (sourceId !== undefined && (await tx.query("SELECT FROM sources WHERE id = $1", [sourceId])).length === 0) {
    throw fault("not-found", `There is no source "${sourceId}".`);
  }
  const id = randomUUID();
  await tx.query(
    `INSERT INTO consent_rechecks (id, source_id, most, before, why)
     VALUES ($1, $2, $3, clock_timestamp() - make_interval(days => $4), $5)`,
    [id, sourceId ?? null, most ?? null, olderThanDays, why],
  );
  return id;
}

/** Undefined when there is none. */
export async function readRecheck(sql: Sql, id: string): Promise<Recheck | undefined> {
  return (await read<Recheck>(sql, `${RECHECK} where id = $1`, [id]))[0];
}

/** The last rechecks, latest first. */
export function listRechecks(sql: Sql, limit: number): Promise<Recheck[]> {
  return read<Recheck>(sql, `${RECHECK} order by started_at desc limit $1`, [limit]);
}

/** Unsplash names a picture by the address where its download is told; its host is asked at the picture's own. */
export async function askableCandidates(sql: Sql, ids: readonly CandidateId[]): Promise<Askable[]> {
  const rows = await sql.query<Omit<Askable, "id" | "sourceId"> & { id: string; sourceId: string }>(
    `SELECT c.id, c.source_id AS "sourceId", c.external_id AS "externalId", CASE WHEN s.connector = 'unsplash' THEN coalesce(c.fetched_from, c.url) ELSE c.url END AS url,
       c.sha256, c.bytes, c.validators
     FROM candidates c JOIN sources s ON s.id = c.source_id WHERE c.id = ANY($1::text[])`,
    [ids],
  );
  return rows.map((row) => ({ ...row, id: CandidateId.parse(row.id), sourceId: SourceId.parse(row.sourceId) }));
}

/** Notes what a page found; `listed` when nothing follows. */
export async function recordFound(tx: Transaction, id: string, found: number, listed: boolean): Promise<void> {
  await tx.query("UPDATE consent_rechecks SET found = found + $2, listed = $3 WHERE id = $1", [id, found, listed]);
  await endWhenDone(tx, id);
}

/** Notes how many hosts answered how, and how many pictures left the pool by it or came back. */
export async function recordAnswers(
  tx: Transaction,
  id: string,
  answers: readonly Found[],
  { departed, returned }: { departed: number; returned: number },
): Promise<void> {
  const of = (one: Found) => answers.filter((answer) => answer === one).length;
  await tx.query(
    `UPDATE consent_rechecks SET unchanged = unchanged + $2, changed = changed + $3, opted_out = opted_out + $4, gone = gone + $5,
       unanswered = unanswered + $6, departed = departed + $7, returned = returned + $8 WHERE id = $1`,
    [id, of("unchanged"), of("changed"), of("opted-out"), of("gone"), of("unanswered"), departed, returned],
  );
  await endWhenDone(tx, id);
}

async function endWhenDone(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `UPDATE consent_rechecks SET finished_at = clock_timestamp() WHERE id = $1 AND finished_at IS NULL AND listed
       AND unchanged + changed + opted_out + gone + unanswered >= found`,
    [id],
  );
}
