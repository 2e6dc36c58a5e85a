import type { Sql } from "@anyone/domain/transaction";
import { read } from "./browse/page.ts";

/** What an annotator wants an operator to look at. */
export interface ReviewFlagRow {
  category: number;
  reviewer: string;
  note: string;
  createdAt: string;
}

/** Notes of annotators on assets; rows are only ever added. */
export const reviewFlags = {
  /** Adds a note on the asset of a page; false where there is no such page, or it does not ask that question. */
  async add(sql: Sql, flag: { taskId: string; category: number; reviewer: string; note: string }): Promise<boolean> {
    const rows = await sql.query(
      `INSERT INTO review_flags (review_task_id, asset_id, category, reviewer, note)
       SELECT id, asset_id, $2, $3, $4 FROM review_tasks WHERE id = $1 AND $2 = ANY (categories) RETURNING id`,
      [flag.taskId, flag.category, flag.reviewer, flag.note],
    );
    return rows.length > 0;
  },

  /** The notes on an asset, latest first. */
  about(sql: Sql, assetId: string): Promise<ReviewFlagRow[]> {
    return read(
      sql,
      `select category, reviewer, note, created_at as "createdAt" from review_flags where asset_id = $1 order by id desc`,
      [assetId],
    );
  },
};
