import type { Sql, Transaction } from "@anyone/domain/transaction";

/** Why people are asked: to measure by, to settle what they disagree on there, to learn from, or to test them. */
export type ReviewPurpose = "evaluation" | "tie-break" | "sample" | "honeypot";

export interface ReviewTask {
  id: string;
  /** What its slots name it by. */
  number: string;
  iteration: number;
  assetId: string;
  purpose: ReviewPurpose;
  categories: number[];
  blind: boolean;
  state: "open" | "leased" | "done" | "skipped";
  reviewer: string | null;
  fence: number;
  leaseUntil: Date | null;
  /** Whether the lease still runs, by the database's clock. */
  held: boolean;
}

export type NewReviewTask = Pick<ReviewTask, "id" | "iteration" | "assetId" | "purpose" | "categories" | "blind">;

/** Who asks for a page, of which purpose (null: any), for how long. */
export interface LeaseWanted {
  reviewer: string;
  purpose: string | null;
  seconds: number;
}

/** What the page shows beside its questions. */
export interface PageFacts {
  protocolId: string;
  partShares: number[];
  cutParts: number[];
  /** Packed answers as they stand, null where nobody answered yet. */
  value: number[] | null;
  confidence: number[] | null;
  giver: number[] | null;
}

const TASK = `id, number, iteration, asset_id AS "assetId", purpose, categories, blind, state, reviewer, fence,
  lease_until AS "leaseUntil", state = 'leased' AND lease_until > clock_timestamp() AS held`;

/** Whether reviewer $1 has or had another page about the evaluation asset of page `t`, or a slot of one. */
export const SEEN_BEFORE = `(t.purpose <> 'sample' AND EXISTS (
  SELECT 1 FROM review_tasks o WHERE o.asset_id = t.asset_id AND o.iteration = t.iteration AND o.id <> t.id
     AND o.purpose <> 'sample' AND (o.reviewer = $1 OR EXISTS (
       SELECT FROM review_slots s WHERE s.task = o.number AND s.reviewer = $1 AND s.state IN ('leased', 'done')))))`;

/** Whether nobody has a slot of page `t` apart from the page. */
const WHOLE = `NOT EXISTS (SELECT FROM review_slots s WHERE s.task = t.number AND s.state = 'leased' AND NOT s.paged
                              AND s.lease_until > clock_timestamp())`;

/** The order in which pages come: one that tests people comes among the samples, as if it were one. */
export const DISGUISED = (row: string) => `(CASE ${row}.purpose WHEN 'honeypot' THEN 'sample' ELSE ${row}.purpose END)`;

/** Pages of questions: leased to one person at a time, under a fence. Only the database's clock counts. */
export const reviewTasks = {
  async plan(tx: Transaction, tasks: readonly NewReviewTask[]): Promise<void> {
    await tx.query(
      `INSERT INTO review_tasks (id, iteration, asset_id, purpose, categories, blind)
       SELECT id, iteration, asset_id, purpose, categories::smallint[], blind
         FROM unnest($1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::bool[])
              AS new (id, iteration, asset_id, purpose, categories, blind)
       ON CONFLICT (id) DO NOTHING`,
      [
        tasks.map(({ id }) => id),
        tasks.map(({ iteration }) => iteration),
        tasks.map(({ assetId }) => assetId),
        tasks.map(({ purpose }) => purpose),
        tasks.map(({ categories }) => `{${categories.join(",")}}`),
        tasks.map(({ blind }) => blind),
      ],
    );
  },

  /**
   * Leases the next page to a reviewer with all its open slots, by one statement. A page whose lease ran out comes first,
   * then evaluation before sample. Two calls at once never get the same page, a page of which somebody has a slot is
   * nobody's, and nobody gets a second page about an evaluation asset: votes are of different people.
   */
  async lease(sql: Sql, { reviewer, purpose, seconds }: LeaseWanted): Promise<ReviewTask | undefined> {
    const fits = `($2::text IS NULL OR ${DISGUISED("t")} = $2) AND NOT ${SEEN_BEFORE} AND ${WHOLE}`;
    const [task] = await sql.query<ReviewTask>(
      `WITH late AS (
         SELECT t.id FROM review_tasks t WHERE t.state = 'leased' AND t.lease_until < clock_timestamp() AND ${fits}
          ORDER BY t.lease_until LIMIT 1 FOR UPDATE SKIP LOCKED),
       open AS (
         SELECT t.id FROM review_tasks t WHERE t.state = 'open' AND ${fits}
          ORDER BY ${DISGUISED("t")}, t.id LIMIT (SELECT 1 - count(*) FROM late) FOR UPDATE SKIP LOCKED),
       page AS (
         UPDATE review_tasks SET state = 'leased', fence = fence + 1, reviewer = $1,
                lease_until = clock_timestamp() + make_interval(secs => $3)
          WHERE id IN (SELECT id FROM late UNION ALL SELECT id FROM open) RETURNING ${TASK}),
       slots AS (
         UPDATE review_slots s SET state = 'leased', fence = s.fence + 1, reviewer = $1, paged = true,
                lease_until = page."leaseUntil"
           FROM page WHERE s.task = page.number
            AND (s.state = 'open' OR s.state = 'leased' AND (s.paged OR s.lease_until < clock_timestamp())))
       SELECT * FROM page`,
      [reviewer, purpose, seconds],
    );
    return task;
  },

  /** Whether a page may be put before people: a sample's or a test's only while its asset is in the pool; evaluation sets are frozen. */
  async isShown(sql: Sql, { purpose, assetId }: Pick<ReviewTask, "purpose" | "assetId">): Promise<boolean> {
    return (
      purpose === "evaluation" ||
      purpose === "tie-break" ||
      (await sql.query("SELECT FROM pool WHERE id = $1", [assetId])).length > 0
    );
  },

  /** Reads a page and holds its row until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<ReviewTask | undefined> {
    const [task] = await tx.query<ReviewTask>(`SELECT ${TASK} FROM review_tasks WHERE id = $1 FOR UPDATE`, [id]);
    return task;
  },

  async end(tx: Transaction, id: string, state: "done" | "skipped"): Promise<void> {
    await tx.query(
      `UPDATE review_tasks SET state = $2, lease_until = NULL, done_at = clock_timestamp() WHERE id = $1`,
      [id, state],
    );
  },

  /** Gives a page back with the slots that were leased with it. */
  async giveBack(tx: Transaction, { id, number }: Pick<ReviewTask, "id" | "number">): Promise<void> {
    await tx.query(
      `UPDATE review_slots SET state = 'open', paged = false, reviewer = NULL, lease_until = NULL
        WHERE task = $1 AND state = 'leased' AND paged`,
      [number],
    );
    await tx.query(`UPDATE review_tasks SET state = 'open', reviewer = NULL, lease_until = NULL WHERE id = $1`, [id]);
  },

  /**
   * Whether this transaction ends the last page of an iteration. Near the end it takes the iteration's row first, so
   * that of two last pages ended at once one sees the other.
   */
  async isLast(tx: Transaction, iteration: number): Promise<boolean> {
    const open = async () => {
      const rows = await tx.query(
        `SELECT 1 FROM review_tasks WHERE iteration = $1 AND state IN ('open', 'leased') LIMIT 33`,
        [iteration],
      );
      return rows.length;
    };
    if ((await open()) > 32) return false;
    await tx.query(`SELECT 1 FROM iterations WHERE number = $1 FOR UPDATE`, [iteration]);
    return (await open()) === 0;
  },

  async pageFacts(sql: Sql, task: Pick<ReviewTask, "iteration" | "assetId">): Promise<PageFacts> {
    const [facts] = await sql.query<PageFacts>(
      `SELECT i.protocol_id AS "protocolId", a.part_shares AS "partShares", a.cut_parts AS "cutParts",
              w.value, w.confidence, w.giver
         FROM iterations i JOIN assets a ON a.id = $2
         LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = i.protocol_id
        WHERE i.number = $1`,
      [task.iteration, task.assetId],
    );
    return facts as PageFacts;
  },
};
