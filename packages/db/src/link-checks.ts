import type { CandidateId } from "@anyone/domain/ids";
import { afterCheck, type Check, type Link } from "@anyone/domain/source/link";
import type { Transaction } from "@anyone/domain/transaction";

/** What a host said of one fetched candidate. */
export interface LinkCheck extends Check {
  candidateId: CandidateId;
}

/** Notes when hosts last answered for fetched pictures and what they said, and which links are dead by it. */
export async function recordChecks(tx: Transaction, checks: readonly LinkCheck[]): Promise<void> {
  if (checks.length === 0) return;
  const rows = await tx.query<Link & { id: string; today: string }>(
    `SELECT id, missing_since::text AS "missingSince", dead_at IS NOT NULL AS dead,
       (clock_timestamp() AT TIME ZONE 'UTC')::date::text AS today
     FROM candidates WHERE id = ANY($1::text[]) ORDER BY id FOR UPDATE`,
    [checks.map(({ candidateId }) => candidateId)],
  );
  const byId = new Map(checks.map((check) => [String(check.candidateId), check]));
  const links = rows.flatMap(({ id, today, ...link }) => {
    const check = byId.get(id);
    return check ? [{ id, found: check.found, ...afterCheck(link, check, today) }] : [];
  });
  await tx.query(
    `UPDATE candidates SET checked_at = clock_timestamp(), check_found = now.found, missing_since = now.missing_since,
       dead_at = CASE WHEN now.dead THEN coalesce(dead_at, clock_timestamp()) END
     FROM unnest($1::text[], $2::text[], $3::date[], $4::bool[]) AS now (id, found, missing_since, dead)
     WHERE candidates.id = now.id`,
    [
      links.map(({ id }) => id),
      links.map(({ found }) => found),
      links.map(({ missingSince }) => missingSince),
      links.map(({ dead }) => dead),
    ],
  );
}
