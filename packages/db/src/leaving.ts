import { AssetId, CandidateId } from "@anyone/domain/ids";
import { LEAVE_REASONS, type LeaveReason, leavesBecause, type Standing } from "@anyone/domain/source/leaving";
import { CRAWL_USES, crawlRefusal, permit } from "@anyone/domain/source/permission";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { recordEvent } from "./events.ts";
import { reservedBy } from "./evidence.ts";
import { grantsBySource } from "./grants.ts";
import { skipSamples } from "./withdraw-assets.ts";

/** What settling changed. */
export interface Settled {
  departed: AssetId[];
  returned: AssetId[];
  /** Those of the returned that nobody answered under the protocol. */
  unanswered: AssetId[];
}

interface StandingRow extends Omit<Standing, "grants"> {
  id: string;
  leftBecause: LeaveReason | null;
}

/**
 * Lets the assets of some candidates leave the pool, or come back to it, by what is known of where they came from now, and tells people. What
 * the filter says of them is another matter, and stays as it is; so do evaluation sets, which are frozen. What has left keeps its near duplicates out: a
 * copy elsewhere does not undo what was said of the picture, and nothing can have taken its place when it comes back.
 *
 * The caller holds the pool's lock (`lockPool`) from before it changed anything of these candidates.
 */
export async function settleLeaving(
  tx: Transaction,
  candidateIds: readonly CandidateId[],
  protocolId: string,
): Promise<Settled> {
  const rows = await tx.query<StandingRow>(
    `SELECT a.id, a.left_because AS "leftBecause", a.source_id AS "sourceId", coalesce(s.connector, '') AS kind, c.licence,
       c.dead_at IS NOT NULL AS dead, ${reservedBy("c.id")} AS "reservedBy"
     FROM assets a JOIN candidates c ON c.id = a.candidate_id LEFT JOIN sources s ON s.id = a.source_id
     WHERE a.candidate_id = ANY($1::text[]) ORDER BY a.id`,
    [candidateIds],
  );
  const grants = await grantsBySource(tx);
  const changed = rows.flatMap(({ id, leftBecause: before, ...standing }) => {
    const now = leavesBecause({ ...standing, grants: grants.get(standing.sourceId) ?? [] })?.reason ?? null;
    return now === before ? [] : [{ id: AssetId.parse(id), before, now }];
  });
  if (changed.length === 0) return { departed: [], returned: [], unanswered: [] };
  await tx.query(
    `UPDATE assets SET left_because = now.because, left_at = CASE WHEN now.because IS NOT NULL THEN coalesce(left_at, clock_timestamp()) END
     FROM unnest($1::text[], $2::text[]) AS now (id, because) WHERE assets.id = now.id`,
    [changed.map(({ id }) => id), changed.map(({ now }) => now)],
  );
  const departed = changed.filter(({ before }) => before === null);
  const returned = changed.filter(({ now }) => now === null).map(({ id }) => id);
  await skipSamples(
    tx,
    departed.map(({ id }) => id),
  );
  await tell(
    tx,
    departed.map(({ now }) => now),
    returned.length,
  );
  const unanswered = await tx.query<{ id: string }>(
    `SELECT id FROM pool WHERE id = ANY($1::text[])
       AND NOT EXISTS (SELECT FROM answers WHERE asset_id = pool.id AND protocol_id = $2) ORDER BY id`,
    [returned, protocolId],
  );
  return {
    departed: departed.map(({ id }) => id),
    returned,
    unanswered: unanswered.map(({ id }) => AssetId.parse(id)),
  };
}

/**
 * Up to `limit` assets, by id after `after`, that are in the pool though their source may not be used any more, or out of it for want of a
 * permission though all of them may. What a picture's own licence decides is looked at where its source is asked for it.
 */
export async function permittedOtherwise(
  sql: Sql,
  after: string,
  limit: number,
): Promise<{ id: string; candidateId: CandidateId }[]> {
  const sources = await sql.query<{ sourceId: string; kind: string }>(
    `SELECT id AS "sourceId", connector AS kind FROM sources`,
  );
  const grants = await grantsBySource(sql);
  const granted = sources.map((source) => ({ ...source, grants: grants.get(source.sourceId) ?? [] }));
  const refused = granted.filter((source) => crawlRefusal(source) !== undefined);
  const free = granted.filter((source) => CRAWL_USES.every((use) => permit(source, use, null).permitted));
  const rows = await sql.query<{ id: string; candidateId: string }>(
    `(SELECT id, candidate_id AS "candidateId" FROM assets WHERE left_at IS NULL AND source_id = ANY($3::text[]) AND id > $1 ORDER BY id LIMIT $2)
     UNION ALL
     (SELECT id, candidate_id FROM assets WHERE left_because = 'not-permitted' AND source_id = ANY($4::text[]) AND id > $1 ORDER BY id LIMIT $2)
     ORDER BY id LIMIT $2`,
    [after, limit, refused.map(({ sourceId }) => sourceId), free.map(({ sourceId }) => sourceId)],
  );
  return rows.map(({ id, candidateId }) => ({ id, candidateId: CandidateId.parse(candidateId) }));
}

async function tell(tx: Transaction, reasons: readonly (LeaveReason | null)[], returned: number): Promise<void> {
  if (reasons.length === 0 && returned === 0) return;
  const counts = LEAVE_REASONS.map((reason) => [reason, reasons.filter((one) => one === reason).length] as const);
  const departed = counts.filter(([, count]) => count > 0);
  const parts = [
    ...(reasons.length > 0
      ? [`${reasons.length} left the pool (${departed.map(([reason, count]) => `${count} ${reason}`).join(", ")})`]
      : []),
    ...(returned > 0 ? [`${returned} came back to ${reasons.length > 0 ? "it" : "the pool"}`] : []),
  ];
  await recordEvent(tx, {
    stage: "source",
    kind: "left-pool",
    text: `Of the pictures looked at again, ${parts.join(", and ")}.`,
    data: { ...Object.fromEntries(departed), returned },
  });
}
