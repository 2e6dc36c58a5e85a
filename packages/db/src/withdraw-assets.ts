import { DROP_REASONS } from "@anyone/domain/filter/verdict";
import { AssetId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";

/**
 * Takes assets out of the pool, and their open pages of samples from before people; what is leased, and evaluation sets, which are frozen, stay.
 * One that has left the pool before keeps its reason.
 */
export async function withdrawAssets(
  tx: Transaction,
  withdrawn: readonly { assetId: string; reason: string }[],
): Promise<void> {
  await tx.query(
    `UPDATE assets SET withdrawn_at = clock_timestamp(), withdrawn_reason = now.reason
     FROM unnest($1::text[], $2::text[]) AS now (id, reason) WHERE assets.id = now.id AND withdrawn_at IS NULL`,
    [withdrawn.map(({ assetId }) => assetId), withdrawn.map(({ reason }) => reason)],
  );
  await tx.query(
    `UPDATE review_tasks SET state = 'skipped', done_at = clock_timestamp()
     WHERE asset_id = ANY($1::text[]) AND state = 'open' AND purpose = 'sample'`,
    [withdrawn.map(({ assetId }) => assetId)],
  );
}

/** Brings assets that the filter had withdrawn back into the pool. Returns those without answers under the protocol. */
export async function returnAssets(tx: Transaction, ids: readonly string[], protocolId: string): Promise<AssetId[]> {
  const rows = await tx.query<{ id: string }>(
    `WITH back AS (UPDATE assets SET withdrawn_at = NULL, withdrawn_reason = NULL
       WHERE id = ANY($1::text[]) AND withdrawn_reason = ANY($2::text[]) RETURNING id)
     SELECT id FROM back WHERE NOT EXISTS (SELECT FROM answers WHERE asset_id = back.id AND protocol_id = $3) ORDER BY id`,
    [ids, DROP_REASONS, protocolId],
  );
  return rows.map(({ id }) => AssetId.parse(id));
}
