import type { DropReason } from "@anyone/domain/filter/verdict";
import { AssetId, CandidateId, type SourceId } from "@anyone/domain/ids";
import type { ModelIdentity } from "@anyone/domain/model";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** An image to be admitted. Boxes and points in pixels of the stored image. */
export interface NewAsset {
  id: AssetId;
  candidateId: CandidateId;
  sourceId: SourceId;
  width: number;
  height: number;
  originalKey: string;
  imageKey: string;
  thumbnailKey: string;
  partsKey: string;
  /** 64 bits; stored signed. */
  phash: bigint;
  /** 256 bits that confirm what the 64 find. */
  detailHash: Uint8Array;
  /** Id of the near-duplicate group's first asset. */
  groupId: string;
  personBox: readonly number[];
  faceBox: readonly number[];
  /** 17 × (x, y, score), flat. */
  keypoints: readonly number[];
  /** 18 shares, ATR order. */
  partShares: readonly number[];
  /** ATR ids that the picture's lower border cuts. */
  cutParts: readonly number[];
  brisque: number;
  measures: Record<string, unknown>;
  models: readonly ModelIdentity[];
}

/** A candidate's end, as it is recorded. `details` is what was measured. */
export interface CandidateVerdict {
  candidateId: CandidateId;
  reason: DropReason | null;
  details: Record<string, unknown>;
}

/** Any one number: admissions to the pool come one after the other, so that two near duplicates can't both be the first. */
const ADMISSION_LOCK = 4_711_003;

/** Holds off every other admission until the transaction ends. */
export async function lockPool(tx: Transaction): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock($1)", [ADMISSION_LOCK]);
}

/** Which of these contents (sha256 of the original bytes) are assets, also withdrawn ones: the first candidate with them is judged for all. */
export async function knownAssets(sql: Sql, ids: readonly string[]): Promise<Set<AssetId>> {
  const rows = await sql.query<{ id: string }>("SELECT id FROM assets WHERE id = ANY($1::text[])", [ids]);
  return new Set(rows.map(({ id }) => AssetId.parse(id)));
}

/** The hashes of assets admitted after number `after`, in the order of their numbers, at most `limit`. */
export async function hashesAfter(
  sql: Sql,
  after: number,
  limit: number,
): Promise<{ number: number; phash: bigint }[]> {
  const rows = await sql.query<{ number: string; phash: string }>(
    "SELECT number, phash FROM assets WHERE number > $1 ORDER BY number LIMIT $2",
    [after, limit],
  );
  return rows.map(({ number, phash }) => ({ number: Number(number), phash: BigInt(phash) }));
}

/** What assets are compared by, in the order of their admission. */
export async function hashesOf(
  tx: Transaction,
  ids: readonly string[],
): Promise<{ id: AssetId; candidateId: CandidateId; phash: bigint; detailHash: Uint8Array | null }[]> {
  const rows = await tx.query<{ id: string; candidateId: string; phash: string; detailHash: Uint8Array | null }>(
    `SELECT id, candidate_id AS "candidateId", phash, detail_hash AS "detailHash" FROM assets WHERE id = ANY($1::text[]) ORDER BY number`,
    [ids],
  );
  return rows.map(({ id, candidateId, phash, detailHash }) => ({
    id: AssetId.parse(id),
    candidateId: CandidateId.parse(candidateId),
    phash: BigInt.asUintN(64, BigInt(phash)),
    detailHash,
  }));
}

/** What an asset is compared by. */
export interface PoolMember {
  assetId: string;
  groupId: string;
  /** Null where it was not measured. */
  detailHash: Uint8Array | null;
  withdrawn: boolean;
}

/** Those of these assets that there are, by their number. */
export async function poolMembers(sql: Sql, numbers: readonly number[]): Promise<Map<number, PoolMember>> {
  if (numbers.length === 0) return new Map();
  const rows = await sql.query<PoolMember & { number: string }>(
    `SELECT number, id AS "assetId", group_id AS "groupId", detail_hash AS "detailHash", withdrawn_at IS NOT NULL AS withdrawn FROM assets
     WHERE number = ANY($1::bigint[])`,
    [numbers],
  );
  return new Map(rows.map(({ number, ...member }) => [Number(number), member]));
}

/** Writes the admitted; content that is an asset already stays as it is. */
export async function insertAssets(tx: Transaction, assets: readonly NewAsset[]): Promise<void> {
  if (assets.length === 0) return;
  const rows = assets.map((asset) => ({
    ...asset,
    phash: BigInt.asIntN(64, asset.phash).toString(),
    detailHash: `\\x${Buffer.from(asset.detailHash).toString("hex")}`,
  }));
  await tx.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash,
       detail_hash, group_id, person_box, face_box, keypoints, part_shares, cut_parts, brisque, measures, models, person_key)
     SELECT new.id, "candidateId", "sourceId", width, height, "originalKey", "imageKey", "thumbnailKey", "partsKey", phash,
       "detailHash", "groupId", "personBox", "faceBox", keypoints, "partShares", "cutParts", brisque, measures, models,
       (SELECT person_key FROM candidates WHERE candidates.id = "candidateId")
     FROM json_to_recordset($1::json) AS new (id text, "candidateId" text, "sourceId" text, width int, height int,
       "originalKey" text, "imageKey" text, "thumbnailKey" text, "partsKey" text, phash bigint, "detailHash" bytea, "groupId" text,
       "personBox" real[], "faceBox" real[], keypoints real[], "partShares" real[], "cutParts" smallint[], brisque real, measures jsonb, models jsonb)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows)],
  );
}

/** Ends fetched candidates: kept, or dropped with their reason. */
export async function recordVerdicts(tx: Transaction, verdicts: readonly CandidateVerdict[]): Promise<void> {
  await tx.query(
    `UPDATE candidates SET status = CASE WHEN now.reason IS NULL THEN 'kept' ELSE 'dropped' END, reason = now.reason,
       verdict = now.details::jsonb, filtered_at = clock_timestamp()
     FROM unnest($1::text[], $2::text[], $3::text[]) AS now (id, reason, details)
     WHERE candidates.id = now.id AND candidates.status = 'fetched'`,
    [
      verdicts.map((one) => one.candidateId),
      verdicts.map((one) => one.reason),
      verdicts.map((one) => JSON.stringify(one.details)),
    ],
  );
}
