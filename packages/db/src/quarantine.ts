import { GIVER } from "@anyone/domain/annotate/answer";
import { fault } from "@anyone/domain/fault";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { recordEvent } from "./events.ts";

export interface StateChange {
  name: string;
  reason: string;
  by: string;
}

/** What a change of an annotator's state did, and which settled answers now follow from other answers than before. */
export interface StateChanged {
  /** Number of the state. */
  id: number;
  answers: number;
  pages: number;
  /** Assets that the annotator answered about as samples or in imported files, by protocol. */
  touched: Map<string, string[]>;
}

export async function isQuarantined(sql: Sql, name: string): Promise<boolean> {
  // asked at each lease and each save: planned once a connection
  const rows = await sql.query("SELECT FROM quarantined_annotators WHERE reviewer = $1", [name], "is-quarantined");
  return rows.length > 0;
}

/**
 * Takes an annotator's answers out of force: votes leave their ballots, what was settled by them alone is the labeller's again at confidence 0
 * until it answers anew, pages held are given back, and each page answered is put before somebody else in the same iteration.
 *
 * The caller settles the touched assets and has the labeller answer about them, in the same transaction.
 *
 * @throws Fault `not-found` (nobody of that name ever answered), `conflict` (in quarantine already)
 */
export async function quarantine(tx: Transaction, { name, reason, by }: StateChange): Promise<StateChanged> {
  const { answers, touched } = await lockAnnotator(tx, name);
  if (await isQuarantined(tx, name)) {
    throw fault("conflict", `${name} is in quarantine already.`, {
      hint: "GET /v1/review/annotators/:name tells since when.",
    });
  }
  const id = await record(tx, "quarantined", { name, reason, by });
  await tx.query(
    "UPDATE review_tasks SET state = 'open', reviewer = NULL, lease_until = NULL WHERE reviewer = $1 AND state = 'leased'",
    [name],
  );
  await tx.query(
    `UPDATE review_slots s SET state = CASE WHEN t.state IN ('done', 'skipped') THEN 'skipped' ELSE 'open' END, paged = false, reviewer = NULL,
            lease_until = NULL
       FROM review_tasks t WHERE t.number = s.task AND s.reviewer = $1 AND s.state = 'leased'`,
    [name],
  );
  // of a question that several people answered in turn only the last one's turn is hers to be asked again; copies under a newer
  // version of the protocol number questions in their own way; what is asked again for somebody else already is not asked twice
  const replaced = await tx.query(
    `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind, replaces)
     SELECT t.id || '.again.' || $2, t.iteration, t.asset_id, t.purpose, missing.categories, t.blind, t.id
       FROM (SELECT last.id, array_agg(last.category ORDER BY last.category) FILTER (WHERE last.reviewer = $1) AS categories,
                    bool_and(last.reviewer = $1) AS alone
               FROM (SELECT DISTINCT ON (h.review_task_id, h.category) h.review_task_id AS id, h.category, h.reviewer
                       FROM human_answers h
                      WHERE h.carried_from IS NULL AND h.review_task_id IN (SELECT review_task_id FROM human_answers WHERE reviewer = $1)
                      ORDER BY h.review_task_id, h.category, h.revision DESC) AS last
              GROUP BY last.id) AS own
       JOIN review_tasks t ON t.id = own.id,
       LATERAL (SELECT array_agg(c ORDER BY place) AS categories
                  FROM unnest(CASE WHEN t.state = 'done' AND own.alone THEN t.categories ELSE own.categories END)
                         WITH ORDINALITY AS hers (c, place)
                 WHERE NOT EXISTS (SELECT FROM review_tasks r WHERE r.replaces = t.id AND r.state <> 'skipped'
                                      AND c = ANY (r.categories))) AS missing
      WHERE t.state IN ('open', 'leased', 'done') AND t.purpose <> 'honeypot' AND missing.categories IS NOT NULL
        AND (t.purpose <> 'sample' OR EXISTS (SELECT FROM pool WHERE pool.id = t.asset_id))
     RETURNING id`,
    [name, String(id)],
  );
  for (const [protocolId, assetIds] of touched) await disown(tx, protocolId, assetIds);
  await recordEvent(tx, {
    stage: "review",
    kind: "annotator-quarantined",
    text: `${by} put ${name} into quarantine: ${reason}. ${answers} answers no longer stand, ${replaced.length} pages are put before others`,
    data: { annotator: name, by, reason, answers, pages: replaced.length },
  });
  return { id, answers, pages: replaced.length, touched };
}

/**
 * Ends a quarantine: the answers stand again, and pages that were put before others in their place and that nobody took are
 * taken back. What others answered meanwhile stands beside them. The caller settles the touched assets.
 *
 * @throws Fault `not-found`, `conflict` (not in quarantine)
 */
export async function restore(tx: Transaction, { name, reason, by }: StateChange): Promise<StateChanged> {
  const { answers, touched } = await lockAnnotator(tx, name);
  if (!(await isQuarantined(tx, name))) throw fault("conflict", `${name} is not in quarantine.`);
  const id = await record(tx, "restored", { name, reason, by });
  const taken = await tx.query(
    `WITH untouched AS (
       DELETE FROM review_tasks r
        WHERE r.replaces IN (SELECT review_task_id FROM human_answers WHERE reviewer = $1) AND r.state = 'open'
          AND r.id IN (SELECT r.replaces || '.again.' || s.id FROM annotator_states s
                        WHERE s.reviewer = $1 AND s.state = 'quarantined')
          AND NOT EXISTS (SELECT FROM human_answers h WHERE h.review_task_id = r.id)
          AND NOT EXISTS (SELECT FROM review_slots s WHERE s.task = r.number AND s.state = 'leased')
        RETURNING r.id, r.number),
     slots AS (DELETE FROM review_slots s USING untouched WHERE s.task = untouched.number)
     SELECT id FROM untouched`,
    [name],
  );
  await recordEvent(tx, {
    stage: "review",
    kind: "annotator-restored",
    text: `${by} ended the quarantine of ${name}: ${reason}. ${answers} answers stand again`,
    data: { annotator: name, by, reason, answers, pages: taken.length },
  });
  return { id, answers, pages: taken.length, touched };
}

/** One change of anybody's state at a time. */
async function lockAnnotator(tx: Transaction, name: string) {
  await tx.query("SELECT pg_advisory_xact_lock(hashtext('annotator_states'))");
  const [row] = await tx.query<{ n: number }>("SELECT count(*)::int AS n FROM human_answers WHERE reviewer = $1", [
    name,
  ]);
  if (!row || row.n === 0) {
    throw fault("not-found", `Nobody named "${name}" ever answered.`, {
      hint: "anyone label annotators lists who did.",
    });
  }
  const samples = await tx.query<{ protocolId: string; assetId: string }>(
    `SELECT DISTINCT protocol_id AS "protocolId", asset_id AS "assetId" FROM human_answers
      WHERE reviewer = $1 AND purpose IN ('sample', 'import') ORDER BY 1, 2`,
    [name],
  );
  const grouped = Map.groupBy(samples, ({ protocolId }) => protocolId);
  return {
    answers: row.n,
    touched: new Map([...grouped].map(([protocolId, of]) => [protocolId, of.map(({ assetId }) => assetId)])),
  };
}

async function record(tx: Transaction, state: "quarantined" | "restored", { name, reason, by }: StateChange) {
  const [row] = await tx.query<{ id: number }>(
    "INSERT INTO annotator_states (reviewer, state, reason, set_by) VALUES ($1, $2, $3, $4) RETURNING id",
    [name, state, reason, by],
  );
  return (row as { id: number }).id;
}

/** Settled answers that no standing answer of a person backs are no person's any more. */
async function disown(tx: Transaction, protocolId: string, assetIds: readonly string[]): Promise<void> {
  const backed = `(whose <> ${GIVER.person} OR EXISTS (SELECT FROM teaching_answers s WHERE s.asset_id = w.asset_id
    AND s.protocol_id = w.protocol_id AND s.category = n))`;
  await tx.query(
    `UPDATE answers w SET
       confidence = ARRAY(SELECT CASE WHEN ${backed} THEN sure ELSE 0 END
         FROM unnest(w.confidence, w.giver) WITH ORDINALITY AS one (sure, whose, n) ORDER BY n),
       giver = ARRAY(SELECT CASE WHEN ${backed} THEN whose ELSE ${GIVER.model} END
         FROM unnest(w.giver) WITH ORDINALITY AS one (whose, n) ORDER BY n)
      WHERE w.protocol_id = $1 AND w.asset_id = ANY ($2::text[])`,
    [protocolId, assetIds],
  );
}
