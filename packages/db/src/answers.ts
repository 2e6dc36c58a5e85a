import { GIVER } from "@anyone/domain/annotate/answer";
import type { AssetId } from "@anyone/domain/ids";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** An asset as the annotator needs it. Boxes in pixels of the stored image. */
export interface AskableAsset {
  id: string;
  imageKey: string;
  partsKey: string;
  personBox: number[];
  faceBox: number[];
}

/** All answers of one asset under one protocol: arrays by category index; confidence in per mille. */
export interface PackedAnswers {
  assetId: string;
  value: number[];
  confidence: number[];
  giver: number[];
  /** Per mille, by `doubtOf`; missing where only the confidence is known. */
  margin?: number[];
  entropy?: number[];
  /** Number of the labeller behind the model's answers. */
  labeller: number;
}

/** What models and people answered, packed: one row per asset and protocol. */
export function answerRepository(db: Sql) {
  return {
    /** Those of `ids` that are in the pool, or in an evaluation set, which stays frozen; in the order of their ids. */
    askable(ids: readonly AssetId[]): Promise<AskableAsset[]> {
      return db.query<AskableAsset>(
        `SELECT id, image_key AS "imageKey", parts_key AS "partsKey", person_box AS "personBox", face_box AS "faceBox"
           FROM assets WHERE id = ANY($1::text[])
            AND (id IN (SELECT id FROM pool) OR EXISTS (SELECT FROM evaluation_items WHERE asset_id = assets.id)) ORDER BY id`,
        [ids],
      );
    },

    /** The packed answers of those of `ids` that have any, by asset id. */
    async of(ids: readonly AssetId[], protocolId: string): Promise<Map<string, PackedAnswers>> {
      const rows = await db.query<PackedAnswers>(
        `SELECT asset_id AS "assetId", value, confidence, giver, labeller
           FROM answers WHERE asset_id = ANY($1::text[]) AND protocol_id = $2`,
        [ids, protocolId],
      );
      return new Map(rows.map((row) => [row.assetId, row]));
    },
  };
}

/** A confidence that moved by no more, in per mille, is the same: what one samples and weighs by does not move with it. */
const SAME_WITHIN = 20;

/**
 * Writes what a model answered about a chunk of assets. Where a person has answered, the person's answer stays, also when
 * it came while the model was at work. `keepNewer`: rows of a later labeller stay as they are. A row in which every answer
 * that is no person's is the same, and as sure, is not written again: it keeps the labeller that gave it.
 *
 * @returns how many rows were written
 */
export async function recordModelAnswers(
  tx: Transaction,
  protocolId: string,
  rows: readonly PackedAnswers[],
  { keepNewer = false } = {},
): Promise<number> {
  const ordered = [...rows].sort((a, b) => (a.assetId < b.assetId ? -1 : 1)); // one order of row locks: no deadlock
  const written = await tx.query(
    `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, margin, entropy, labeller)
     SELECT id, $1, value::smallint[], confidence::smallint[], giver::smallint[], margin::smallint[], entropy::smallint[], labeller
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::smallint[])
         AS new (id, value, confidence, giver, margin, entropy, labeller)
     ON CONFLICT (asset_id, protocol_id) DO UPDATE SET
       value = ${merged("value")}, confidence = ${merged("confidence")}, giver = ${merged("giver")},
       margin = excluded.margin, entropy = excluded.entropy, labeller = excluded.labeller, answered_at = clock_timestamp()
     WHERE (NOT $9 OR answers.labeller <= excluded.labeller) AND ${CHANGED}
     RETURNING asset_id`,
    [
      protocolId,
      ordered.map((row) => row.assetId),
      ordered.map((row) => literal(row.value)),
      ordered.map((row) => literal(row.confidence)),
      ordered.map((row) => literal(row.giver)),
      ordered.map((row) => literal(row.margin ?? [])),
      ordered.map((row) => literal(row.entropy ?? [])),
      ordered.map((row) => row.labeller),
      keepNewer,
    ],
  );
  return written.length;
}

/** Whether an answer that no person gave, or how sure it is, is another than the stored one. */
const CHANGED = `EXISTS (SELECT FROM unnest(answers.value, excluded.value, answers.giver, excluded.giver, answers.confidence, excluded.confidence)
    AS pair (old, new, whose, theirs, sure, surer)
  WHERE whose IS DISTINCT FROM ${GIVER.person}
    AND (old IS DISTINCT FROM new OR whose IS DISTINCT FROM theirs OR abs(sure - surer) > ${SAME_WITHIN}))`;

/** The stored element where a person gave it, the new one elsewhere. */
function merged(column: "value" | "confidence" | "giver"): string {
  return `ARRAY(SELECT CASE WHEN whose = ${GIVER.person} THEN old ELSE new END
    FROM unnest(answers.${column}, excluded.${column}, answers.giver) WITH ORDINALITY AS pair (old, new, whose, place)
    ORDER BY place)`;
}

function literal(numbers: readonly number[]): string {
  return `{${numbers.join(",")}}`;
}
