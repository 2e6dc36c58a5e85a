import type { Protocol } from "@anyone/domain/annotate/protocol";
import { fault } from "@anyone/domain/fault";
import type { Ballot, Vote } from "@anyone/domain/review/agreement";
import { drawHoneypots, knownAssets } from "@anyone/domain/review/honeypots";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { recordEvent } from "./events.ts";
import { iterations } from "./iterations.ts";

/**
 * Puts `count` pages whose answers are known among those of the open iteration. They look like pages of its sample, and are
 * about assets that two people or more agree on, that are in the pool and in no evaluation set in force.
 *
 * @throws Fault `conflict`: no iteration is at labelling, or nothing is known to test with
 */
export async function addHoneypots(
  tx: Transaction,
  protocol: Protocol,
  { count, by }: { count: number; by: string },
): Promise<{ iteration: number; added: number; assets: number }> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('honeypots'))");
  const latest = await iterations.latest(tx);
  // the row is held so that the iteration cannot walk on meanwhile
  await tx.query("SELECT FROM iterations WHERE number = $1 FOR UPDATE", [latest?.number ?? 0]);
  const iteration = await iterations.latest(tx);
  if (iteration?.state !== "labelling" || iteration.protocolId !== protocol.identity) {
    throw fault("conflict", "No iteration is at labelling: there are no pages to put honeypots among.", {
      hint: "Open one with anyone retrain, or wait until it is at labelling.",
    });
  }
  const known = knownAssets(protocol, await blindBallots(tx, protocol.identity), iteration.asked);
  if (known.length === 0) {
    throw fault("conflict", "No image is known well enough to test people with.", {
      hint: "It takes an image outside of the evaluation set about which two people, each blind, agree on five questions or more: let two people answer samples.",
    });
  }
  const shown = await timesShown(tx, iteration.number);
  const drawn = drawHoneypots(known, shown, {
    count,
    seed: `honeypots.${iteration.number}.${[...shown.values()].length}`,
  });
  const ids = drawn.map(({ assetId, turn }) => `${iteration.number}.sample.${assetId}.${turn}`);
  await tx.query(
    `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
     SELECT id, $1, asset_id, 'honeypot', $2::smallint[], true FROM unnest($3::text[], $4::text[]) AS new (id, asset_id)`,
    [iteration.number, iteration.asked, ids, drawn.map(({ assetId }) => assetId)],
  );
  await tx.query(
    `INSERT INTO honeypots (review_task_id, protocol_id, truth, added_by)
     SELECT id, $1, truth::smallint[], $2 FROM unnest($3::text[], $4::text[]) AS new (id, truth)`,
    [protocol.identity, by, ids, drawn.map(({ truth }) => `{${truth.join(",")}}`)],
  );
  const assets = new Set(drawn.map(({ assetId }) => assetId)).size;
  await recordEvent(tx, {
    stage: "review",
    kind: "honeypots-added",
    text: `${by} put ${drawn.length} pages with known answers, about ${assets} images, among those of iteration ${iteration.number}`,
    data: { iteration: iteration.number, pages: drawn.length, assets, by },
  });
  return { iteration: iteration.number, added: drawn.length, assets };
}

/** Honeypots put before people so far in an iteration, by asset. */
async function timesShown(sql: Sql, iteration: number): Promise<Map<string, number>> {
  const rows = await sql.query<{ assetId: string; n: number }>(
    `SELECT asset_id AS "assetId", count(*)::int AS n FROM review_tasks
      WHERE iteration = $1 AND purpose = 'honeypot' GROUP BY 1`,
    [iteration],
  );
  return new Map(rows.map(({ assetId, n }) => [assetId, n]));
}

/** What people said blind, and stands, about assets of the pool outside of the evaluation set in force: a vote a person. */
async function blindBallots(sql: Sql, protocolId: string): Promise<Map<string, Ballot>> {
  const rows = await sql.query<{ assetId: string; categories: number[]; said: number[]; value: number[] }>(
    `SELECT DISTINCT ON (t.asset_id, t.reviewer) t.asset_id AS "assetId", t.categories,
            array_agg(h.category ORDER BY h.category) AS said, array_agg(h.value ORDER BY h.category) AS value
       FROM review_tasks t JOIN standing_answers h ON h.review_task_id = t.id
      WHERE t.state = 'done' AND t.blind AND t.purpose <> 'honeypot' AND h.protocol_id = $1
        AND t.asset_id IN (SELECT id FROM pool)
        AND t.asset_id NOT IN (SELECT e.asset_id FROM evaluation_items e WHERE e.set_id =
              (SELECT id FROM evaluation_sets WHERE protocol_id = $1 ORDER BY version DESC LIMIT 1))
      GROUP BY t.id ORDER BY t.asset_id, t.reviewer, t.done_at DESC`,
    [protocolId],
  );
  const votes = Map.groupBy(rows, ({ assetId }) => assetId);
  return new Map(
    [...votes].map(([assetId, of]) => [
      assetId,
      {
        pages: of.length,
        votes: of.map(
          ({ categories, said, value }): Vote => ({
            categories,
            said: new Map(said.map((category, place) => [category, value[place] as number])),
          }),
        ),
      },
    ]),
  );
}
