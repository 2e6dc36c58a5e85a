import type { DropReason } from "@anyone/domain/filter/verdict";
import { AssetId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";

/**
 * Takes assets out of the pool for what the filter says, and their open pages of samples from before people; what is leased, and evaluation sets, which are
 * frozen, stay. One that was withdrawn before keeps its reason.
 */
export async function withdrawAssets(
  tx: Transaction,
  withdrawn: readonly { assetId: string; reason: DropReason }[],
): Promise<void> {
  await tx.query(
    `UPDATE assets SET withdrawn_at = clock_timestamp(), withdrawn_reason = now.reason
     FROM unnest($1::text[], $2::text[]) AS now (id, reason) WHERE assets.id = now.id AND withdrawn_at IS NULL`,
    [withdrawn.map(({ assetId }) => assetId), withdrawn.map(({ reason }) => reason)],
  );
  await skipSamples(
    tx,
    withdrawn.map(({ assetId }) => assetId),
  );
}

/** Takes the open pages of samples that show these assets from before people. */
export async function skipSamples(tx: Transaction, assetIds: readonly string[]): Promise<void> {
  await tx.query(
    `UPDATE review_tasks SET state = 'skipped', done_at = clock_timestamp()
     WHERE asset_id = ANY($1::text[]) AND state = 'open' AND purpose = 'sample'`,
    [assetIds],
  );
}

/** Undoes what `withdrawAssets` did. Returns those that are in the pool by it and have no answers under the protocol. */
export async function returnAssets(tx: Transaction, ids: readonly string[], protocolId: string): Promise<AssetId[]> {
  const rows = await tx.query<{ id: string }>(
    `WITH back AS (UPDATE assets SET withdrawn_at = NULL, withdrawn_reason = NULL
       WHERE id = ANY($1::text[]) AND withdrawn_at IS NOT NULL RETURNING id, left_at)
     SELECT id FROM back WHERE left_at IS NULL
       AND NOT EXISTS (SELECT FROM answers WHERE asset_id = back.id AND protocol_id = $2) ORDER BY id`,
    [ids, protocolId],
  );
  return rows.map(({ id }) => AssetId.parse(id));
}
