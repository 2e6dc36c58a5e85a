import type { Sql } from "@anyone/domain/transaction";
import { reservedBy } from "../evidence.ts";
import { type PageRequest, read, readPage } from "./page.ts";

export interface AssetSummaryRow {
  id: string;
  candidateId: string;
  sourceId: string;
  width: number;
  height: number;
  brisque: number;
  groupId: string;
  reservedBy: string | null;
  admittedAt: string;
}

export interface AssetRow extends AssetSummaryRow {
  personBox: number[];
  faceBox: number[];
  keypoints: number[];
  partShares: number[];
  measures: unknown;
  models: unknown;
  withdrawnAt: string | null;
  withdrawnReason: string | null;
  leftAt: string | null;
  leftBecause: string | null;
}

export interface FunnelRow {
  sourceId: string;
  status: string;
  reason: string | null;
  count: number;
}

/** Candidates by source, status and reason. */
export function readFunnel(sql: Sql): Promise<FunnelRow[]> {
  return read(
    sql,
    `select source_id as "sourceId", status, reason, count(*)::int as count from candidates
      group by 1, 2, 3 order by 1, 2, 4 desc`,
  );
}

const SUMMARY = `a.id, a.candidate_id as "candidateId", a.source_id as "sourceId", a.width, a.height, a.brisque,
  a.group_id as "groupId", ${reservedBy("a.candidate_id")} as "reservedBy", a.admitted_at as "admittedAt"`;

/** The pool, latest first. */
export function listAssets(sql: Sql, filter: { sourceId?: string; groupId?: string }, page: PageRequest) {
  const where = [
    { sql: "a.source_id = ?", value: filter.sourceId },
    { sql: "a.group_id = ?", value: filter.groupId },
  ];
  const select = `select ${SUMMARY} from pool a`;
  return readPage<AssetSummaryRow>(sql, { select, where, moment: "a.admitted_at", id: "a.id" }, page);
}

export async function readAsset(sql: Sql, id: string): Promise<AssetRow | undefined> {
  const rows = await read<AssetRow>(
    sql,
    `select ${SUMMARY}, a.person_box as "personBox", a.face_box as "faceBox", a.keypoints,
            a.part_shares as "partShares", a.measures, a.models, a.withdrawn_at as "withdrawnAt", a.withdrawn_reason as "withdrawnReason",
            a.left_at as "leftAt", a.left_because as "leftBecause" from assets a where a.id = $1`,
    [id],
  );
  return rows[0];
}

/** Keys of an asset's objects. */
export async function assetObjects(
  sql: Sql,
  id: string,
): Promise<{ image: string; thumbnail: string; parts: string } | undefined> {
  const rows = await read<{ image: string; thumbnail: string; parts: string }>(
    sql,
    "select image_key as image, thumbnail_key as thumbnail, parts_key as parts from assets where id = $1",
    [id],
  );
  return rows[0];
}
