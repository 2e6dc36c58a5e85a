import type { CandidateId } from "@anyone/domain/ids";
import type { Listing, Validators } from "@anyone/domain/source/candidate";
import { afterCheck, type Check, type Link } from "@anyone/domain/source/link";
import type { Transaction } from "@anyone/domain/transaction";
import { storable } from "./candidates.ts";

/** What a host said of one fetched candidate. */
export interface LinkCheck extends Check {
  candidateId: CandidateId;
  /** What its bytes came with, where they were read. */
  validators?: Validators | undefined;
}

/** What a source said of one candidate's rights. */
export interface RightsTold extends Pick<Listing, "licence" | "licenceUrl" | "author" | "credit"> {
  candidateId: CandidateId;
}

/** Notes the rights of candidates as their source tells them now. */
export async function recordRights(tx: Transaction, told: readonly RightsTold[]): Promise<void> {
  await tx.query(
    `UPDATE candidates c SET licence = now.licence, licence_url = now."licenceUrl", author = now.author, credit = now.credit
     FROM json_to_recordset($1::json) AS now ("candidateId" text, licence text, "licenceUrl" text, author text, credit text)
     WHERE c.id = now."candidateId" AND (c.licence, c.licence_url, c.author, c.credit)
       IS DISTINCT FROM (now.licence, now."licenceUrl", now.author, now.credit)`,
    [JSON.stringify(told, storable)],
  );
}

/**
 * Notes when hosts last answered for fetched pictures and what they said, and which links are dead, or lead to another picture, by it. What is
 * recognised from then on is what lies there now; what we hold stays what was judged.
 */
export async function recordChecks(tx: Transaction, checks: readonly LinkCheck[]): Promise<void> {
  if (checks.length === 0) return;
  const rows = await tx.query<Link & { id: string; today: string }>(
    `SELECT id, missing_since::text AS "missingSince", dead_at IS NOT NULL AS dead, replaced_at IS NOT NULL AS replaced,
       (clock_timestamp() AT TIME ZONE 'UTC')::date::text AS today
     FROM candidates WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [checks.map(({ candidateId }) => candidateId)],
  );
  const byId = new Map(checks.map((check) => [String(check.candidateId), check]));
  const links = rows.flatMap(({ id, today, ...link }) => {
    const check = byId.get(id);
    return check ? [{ id, ...check, ...afterCheck(link, check, today) }] : [];
  });
  await tx.query(
    `UPDATE candidates SET checked_at = clock_timestamp(), check_found = now.found, missing_since = now.missing_since,
       dead_at = CASE WHEN now.dead THEN coalesce(dead_at, clock_timestamp()) END,
       replaced_at = CASE WHEN now.replaced THEN coalesce(replaced_at, clock_timestamp()) END,
       validators = coalesce(now.validators::jsonb, candidates.validators), unanswered_at = NULL
     FROM unnest($1::text[], $2::text[], $3::date[], $4::bool[], $5::bool[], $6::text[])
       AS now (id, found, missing_since, dead, replaced, validators)
     WHERE candidates.id = now.id`,
    [
      links.map(({ id }) => id),
      links.map(({ found }) => found),
      links.map(({ missingSince }) => missingSince),
      links.map(({ dead }) => dead),
      links.map(({ replaced }) => replaced),
      links.map(({ validators }) => (validators === undefined ? null : JSON.stringify(validators))),
    ],
  );
}

/** Notes of which pictures no host told anything: the next recheck asks about others first. */
export async function recordUnanswered(tx: Transaction, ids: readonly CandidateId[]): Promise<void> {
  await tx.query("UPDATE candidates SET unanswered_at = clock_timestamp() WHERE id = ANY($1::text[])", [ids]);
}
