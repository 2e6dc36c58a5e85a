import { GIVER, NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { settle } from "@anyone/domain/release/settle";
import type { Transaction } from "@anyone/domain/transaction";
import { humanAnswers } from "./human-answers.ts";

interface Packed {
  assetId: string;
  value: number[];
  confidence: number[];
}

/**
 * Puts what people said about sampled assets, here or in imported files, over the labeller's answers in their packed
 * rows. Assets nobody answered yet have no row and are left alone, and so are rows in which nothing changes. Evaluation
 * answers never enter: those rows stay the labeller's own.
 */
export async function settleAnswers(tx: Transaction, protocol: Protocol, assetIds: readonly string[]): Promise<void> {
  const rows = await tx.query<Packed>(
    `SELECT asset_id AS "assetId", value, confidence FROM answers
      WHERE protocol_id = $1 AND asset_id = ANY ($2::text[]) ORDER BY asset_id FOR UPDATE`,
    [protocol.identity, assetIds],
  );
  const said = await humanAnswers.teaching(tx, protocol.identity, assetIds);
  const settled = rows.map((row) => ({ assetId: row.assetId, ...settle(protocol, row, said.get(row.assetId) ?? []) }));
  await tx.query(
    `UPDATE answers w SET value = new.value::smallint[], giver = new.giver::smallint[],
            confidence = new.confidence::smallint[]
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS new (asset_id, value, giver, confidence)
      WHERE w.protocol_id = $1 AND w.asset_id = new.asset_id
        AND (w.value, w.giver, w.confidence)
            IS DISTINCT FROM (new.value::smallint[], new.giver::smallint[], new.confidence::smallint[])`,
    [
      protocol.identity,
      settled.map(({ assetId }) => assetId),
      settled.map(({ value }) => `{${value.join(",")}}`),
      settled.map(({ giver }) => `{${giver.join(",")}}`),
      settled.map(({ confidence }) => `{${confidence.join(",")}}`),
    ],
  );
}

/**
 * Gives the labeller back the answers about assets that people gave: what is measured with is answered by it alone. They are
 * unanswered until it answers anew. Returns the assets that had any.
 */
export async function giveToLabeller(
  tx: Transaction,
  protocolId: string,
  assetIds: readonly string[],
): Promise<string[]> {
  const without = (column: string, nothing: number) =>
    `${column} = ARRAY(SELECT CASE whose WHEN ${GIVER.person} THEN ${nothing} ELSE each END
       FROM unnest(${column}, giver) WITH ORDINALITY AS one (each, whose, n) ORDER BY n)`;
  const rows = await tx.query<{ id: string }>(
    `UPDATE answers SET ${without("value", NOT_ASKED)}, ${without("confidence", 0)}, ${without("giver", GIVER.nobody)}
      WHERE protocol_id = $1 AND asset_id = ANY ($2::text[]) AND ${GIVER.person} = ANY (giver) RETURNING asset_id AS id`,
    [protocolId, assetIds],
  );
  return rows.map(({ id }) => id);
}

/** Every asset that people answered about as a sample, under a protocol. */
export async function sampledAssets(tx: Transaction, protocolId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT DISTINCT asset_id AS id FROM standing_answers WHERE protocol_id = $1 AND purpose = 'sample' ORDER BY 1`,
    [protocolId],
  );
  return rows.map(({ id }) => id);
}
