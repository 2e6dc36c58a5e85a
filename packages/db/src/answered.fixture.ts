import { createHash } from "node:crypto";
import { primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import type { Sql } from "@anyone/domain/transaction";
import type { OpenDatabase } from "./client.ts";
import { protocolRepository } from "./protocols.ts";

/** The id of the asset of that number. */
export function assetNumber(n: number): string {
  return createHash("sha256").update(`asset ${n}`).digest("hex");
}

/** The paper's protocol and so many assets, numbered from 0. */
export async function seedAssets(db: OpenDatabase, count: number): Promise<void> {
  await protocolRepository(db).publish(primeHumanDocument);
  await db.query(
    `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
     SELECT id, id, 's', 1, 1, 'o', 'i', 't', 'p', 0, id, 0
       FROM generate_series(0, $1 - 1) n, LATERAL (SELECT encode(sha256(convert_to('asset ' || n, 'UTF8')), 'hex')) AS named (id)`,
    [count],
  );
}

/** So many answers as submissions leave them, 20 to a page: options of the paper's protocol, colours in pairs, free text. */
export async function seedAnswers(
  db: Sql,
  { assets, from = 0, count }: { assets: number; from?: number; count: number },
) {
  await db.query(
    `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, text, reviewer, iteration, purpose,
                                milliseconds, idempotency_key, created_at)
     SELECT '1.sample.' || page, encode(sha256(convert_to('asset ' || page % $1, 'UTF8')), 'hex'), 'prime-human@1.0.0', category,
            CASE WHEN category = 26 THEN -4 WHEN category = 25 THEN n % 17 + 256 * ((n + 1) % 17 + 1) WHEN n % 50 = 7 THEN -2 ELSE n % 2 END,
            CASE WHEN category = 26 THEN '"cats", <b>' || n || '</b>' END,
            'reviewer ' || page % 7, 1 + page % 3, 'sample', 400 + n % 3000, 'submission ' || page,
            timestamptz '2026-11-01 00:00Z' + n * interval '731 milliseconds'
       FROM generate_series($2::int, $2::int + $3::int - 1) n, LATERAL (SELECT n / 20) AS p (page), LATERAL (SELECT 7 + n % 20) AS c (category)`,
    [assets, from, count],
  );
}
