import { compareProtocols } from "@anyone/domain/annotate/compare-protocols";
import { migration, movesOf, type Packed } from "@anyone/domain/annotate/migrate-answers";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { Database, Sql } from "@anyone/domain/transaction";
import type { PackedAnswers } from "./answers.ts";

/** Rows read, turned and written at a time: about 2 MB each way. */
const PAGE = 4_000;

/** What was carried over from one version to the next; rows that were there already are not counted. */
export interface Carried {
  assets: number;
  /** Answers of people to learn from, about samples or out of files, in categories whose question is the same. */
  said: number;
}

/**
 * Carries answers over to a newer version of a protocol, by the rules of `compareProtocols`. Answers under the older one stay
 * as they are. Page by page, each in its own transaction: twice, or again after an end in the middle, is the same as once.
 */
export async function carryAnswers(db: Database, older: Protocol, newer: Protocol): Promise<Carried> {
  const comparison = compareProtocols(older, newer);
  const turn = migration(older, newer, comparison);
  let assets = 0;
  for (let after = ""; ; ) {
    const rows = await db.query<PackedAnswers>(
      `SELECT asset_id AS "assetId", value, confidence, giver, labeller FROM answers
        WHERE protocol_id = $1 AND asset_id > $2 ORDER BY asset_id LIMIT $3`,
      [older.identity, after, PAGE],
    );
    const last = rows.at(-1);
    if (!last) break;
    assets += await insert(
      db,
      newer.identity,
      rows.map((row) => ({ ...row, ...turn(row) })),
    );
    after = last.assetId;
  }
  return { assets, said: await carrySaid(db, older, newer) };
}

async function insert(
  sql: Sql,
  protocolId: string,
  rows: readonly (Packed & { assetId: string; labeller: number })[],
): Promise<number> {
  const written = await sql.query(
    `INSERT INTO answers (asset_id, protocol_id, value, confidence, giver, labeller)
     SELECT id, $1, value::smallint[], confidence::smallint[], giver::smallint[], labeller
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[])
         AS new (id, value, confidence, giver, labeller)
     ON CONFLICT DO NOTHING RETURNING asset_id`,
    [
      protocolId,
      rows.map(({ assetId }) => assetId),
      rows.map(({ value }) => `{${value}}`),
      rows.map(({ confidence }) => `{${confidence}}`),
      rows.map(({ giver }) => `{${giver}}`),
      rows.map(({ labeller }) => labeller),
    ],
  );
  return written.length;
}

/** What people said about samples or in imported files, where the question is the same, oldest first: of two answers the later still wins. An option may have moved within its list. */
async function carrySaid(sql: Sql, older: Protocol, newer: Protocol): Promise<number> {
  const moves = movesOf(older, newer, compareProtocols(older, newer)).filter(({ stands }) => stands);
  const said = await sql.query<{ category: number; value: number }>(
    `SELECT DISTINCT category, value FROM standing_answers
      WHERE protocol_id = $1 AND purpose IN ('sample', 'import') AND category = ANY ($2::smallint[])`,
    [older.identity, moves.map(({ from }) => from.n)],
  );
  const turned = said.flatMap(({ category, value }) => {
    const move = moves.find(({ from }) => from.n === category);
    return move ? [{ category, value, to: move.to.n, becomes: move.repack(value) }] : [];
  });
  const written = await sql.query(
    `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, category, value, text, reviewer, iteration, purpose,
                                milliseconds, idempotency_key, carried_from, created_at, imported_at)
     SELECT h.review_task_id, h.asset_id, $2, m.n, m.becomes, h.text, h.reviewer, h.iteration, h.purpose,
            h.milliseconds, h.idempotency_key || '>' || $2, coalesce(h.carried_from, h.id), h.created_at, h.imported_at
       FROM standing_answers h
       JOIN unnest($3::smallint[], $4::smallint[], $5::smallint[], $6::smallint[]) AS m (category, value, n, becomes)
         ON m.category = h.category AND m.value = h.value
      WHERE h.protocol_id = $1 AND h.purpose IN ('sample', 'import') ORDER BY h.id
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      older.identity,
      newer.identity,
      turned.map(({ category }) => category),
      turned.map(({ value }) => value),
      turned.map(({ to }) => to),
      turned.map(({ becomes }) => becomes),
    ],
  );
  return written.length;
}
