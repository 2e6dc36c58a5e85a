import { UNSURE } from "@anyone/domain/annotate/answer";
import type { SlotState } from "@anyone/domain/review/slots";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import { DISGUISED, type PageFacts, type ReviewPurpose, type ReviewTask } from "./review-tasks.ts";

/** Who asks for open slots of one category, of which purpose (null: any), how many, for how long. */
export interface SlotsWanted {
  reviewer: string;
  category: number;
  purpose: string | null;
  limit: number;
  seconds: number;
}

/** A leased slot with what is shown beside it. */
export interface ClaimedSlot extends PageFacts {
  taskId: string;
  number: string;
  iteration: number;
  assetId: string;
  category: number;
  /** Of the whole page, since its other answers are what gates read. */
  categories: number[];
  purpose: ReviewPurpose;
  blind: boolean;
  fence: number;
  leaseUntil: Date;
  /** The asset is in the pool, or its page of an evaluation set, which is frozen. */
  shown: boolean;
}

export interface SlotLease {
  taskId: string;
  category: number;
  fence: number;
}

/** A page that has no slots yet. */
export interface UnslottedPage extends PageFacts {
  number: string;
  categories: number[];
  purpose: ReviewPurpose;
  assetId: string;
}

/** Whether reviewer $1 has or had the page `t`'s asset on another page, or this slot's question of it there. */
const VOTED = `EXISTS (
  SELECT FROM review_tasks t JOIN review_tasks o ON o.asset_id = t.asset_id AND o.iteration = t.iteration AND o.number <> t.number
   WHERE t.number = s.task AND o.purpose <> 'sample' AND (o.reviewer = $1 OR EXISTS (
     SELECT FROM review_slots v WHERE v.task = o.number AND v.category = s.category AND v.reviewer = $1
        AND v.state IN ('leased', 'done'))))`;

/**
 * The claim alone: what was leased for too long first, then what is open; both in the order of an index. The limit is
 * written out: a plan for an unknown one expects a tenth of the table. Of an asset that several people answer it takes one page.
 */
const claimOf = (limit: number) => `
  WITH late AS (
    SELECT s.task FROM review_slots s
     WHERE s.state = 'leased' AND s.category = $2 AND s.lease_until < clock_timestamp()
       AND ($3::text IS NULL OR ${DISGUISED("s")} = $3) AND (s.purpose = 'sample' OR NOT ${VOTED})
       AND EXISTS (SELECT FROM review_tasks t WHERE t.number = s.task AND t.state IN ('open', 'leased'))
     ORDER BY s.lease_until LIMIT ${limit} FOR UPDATE SKIP LOCKED),
  open AS (
    SELECT s.task FROM review_slots s
     WHERE s.state = 'open' AND s.category = $2
       AND ($3::text IS NULL OR ${DISGUISED("s")} = $3) AND (s.purpose = 'sample' OR NOT ${VOTED})
     ORDER BY ${DISGUISED("s")}, s.task LIMIT ${limit} FOR UPDATE SKIP LOCKED)
  UPDATE review_slots s SET state = 'leased', fence = s.fence + 1, reviewer = $1, paged = false,
         lease_until = clock_timestamp() + make_interval(secs => $4)
    FROM (SELECT DISTINCT ON (CASE t.purpose WHEN 'sample' THEN t.id ELSE t.asset_id END) t.number AS task
            FROM (SELECT task FROM late UNION ALL SELECT task FROM open LIMIT ${limit}) AS found
            JOIN review_tasks t ON t.number = found.task) AS free
   WHERE s.task = free.task AND s.category = $2
  RETURNING s.task, s.fence, s.lease_until AS "leaseUntil"`;

const SHOWN = `
  SELECT t.number, t.id AS "taskId", t.iteration, t.asset_id AS "assetId", t.categories, t.purpose, t.blind,
         i.protocol_id AS "protocolId", a.part_shares AS "partShares", a.cut_parts AS "cutParts", w.value, w.confidence,
         w.giver, t.purpose IN ('evaluation', 'tie-break') OR EXISTS (SELECT FROM pool WHERE pool.id = a.id) AS shown
    FROM review_tasks t JOIN iterations i ON i.number = t.iteration JOIN assets a ON a.id = t.asset_id
    LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = i.protocol_id
   WHERE t.number = ANY ($1::bigint[]) ORDER BY t.number`;

/** How many slots of category `c` may be leased, counted up to a bound each. */
export const countOpen = (most: string) => `
  SELECT (SELECT count(*) FROM (
            SELECT FROM review_slots s WHERE state = 'open' AND category = c::smallint
             ORDER BY ${DISGUISED("s")}, task LIMIT ${most}) AS free)::int
       + (SELECT count(*) FROM (
            SELECT FROM review_slots WHERE state = 'leased' AND category = c::smallint AND lease_until < clock_timestamp()
             ORDER BY lease_until LIMIT ${most}) AS late)::int AS open`;

/** The questions of pages: each leased to one person at a time, under a fence. Only the database's clock counts. */
export const reviewSlots = {
  /**
   * Leases open slots of one category to a reviewer by one statement. Of two calls at once no slot goes to both, and
   * nobody gets the same question about an evaluation asset a second time: votes are of different people.
   */
  async claim(sql: Sql, { reviewer, category, purpose, limit, seconds }: SlotsWanted): Promise<ClaimedSlot[]> {
    const count = Math.trunc(limit);
    const claimed = await sql.query<{ task: string; fence: number; leaseUntil: Date }>(
      claimOf(count),
      [reviewer, category, purpose, seconds],
      `claim-${count}-slots`,
    );
    if (claimed.length === 0) return [];
    const pages = await sql.query<Omit<ClaimedSlot, "category" | "fence" | "leaseUntil">>(
      SHOWN,
      [claimed.map(({ task }) => task)],
      "show-slots",
    );
    const leases = new Map(claimed.map(({ task, fence, leaseUntil }) => [task, { fence, leaseUntil }]));
    return pages.map((page) => ({ ...page, category, ...(leases.get(page.number) as (typeof claimed)[number]) }));
  },

  /** Gives leased slots back; those whose lease is another's by now, or whose page has ended, are left. Returns how many. */
  async release(sql: Sql, reviewer: string, slots: readonly SlotLease[]): Promise<number> {
    const rows = await sql.query(
      `UPDATE review_slots s SET state = CASE WHEN t.state IN ('done', 'skipped') THEN 'skipped' ELSE 'open' END,
              paged = false, reviewer = NULL, lease_until = NULL
         FROM unnest($2::text[], $3::smallint[], $4::int[]) AS given (id, category, fence)
         JOIN review_tasks t ON t.id = given.id
        WHERE s.task = t.number AND s.category = given.category AND s.fence = given.fence AND s.state = 'leased'
          AND s.reviewer = $1 RETURNING s.task`,
      [
        reviewer,
        slots.map(({ taskId }) => taskId),
        slots.map(({ category }) => category),
        slots.map(({ fence }) => fence),
      ],
    );
    return rows.length;
  },

  /**
   * Slots of samples that nobody has before her, and whose question a file has answered; not those of pages that audit the
   * labeller. In the order in which pages are held.
   */
  answeredByFiles(
    sql: Sql,
    protocolId: string,
    assetIds: readonly string[],
  ): Promise<{ taskId: string; category: number }[]> {
    return sql.query(
      `SELECT t.id AS "taskId", s.category FROM review_tasks t JOIN iterations i ON i.number = t.iteration
         JOIN review_slots s ON s.task = t.number
        WHERE t.asset_id = ANY ($2::text[]) AND i.protocol_id = $1 AND t.purpose = 'sample' AND t.state = 'open'
          AND s.state IN ('open', 'waiting', 'closed')
          AND NOT EXISTS (SELECT FROM audits a WHERE a.iteration = t.iteration AND a.asset_id = t.asset_id)
          AND EXISTS (SELECT FROM teaching_answers h WHERE h.asset_id = t.asset_id AND h.protocol_id = $1
                         AND h.category = s.category AND h.purpose = 'import' AND h.value <> ${UNSURE})
        ORDER BY t.id, s.category`,
      [protocolId, assetIds],
    );
  },

  /** The states of a page's slots; empty where it has none yet. */
  async ofPage(sql: Sql, number: string): Promise<{ category: number; state: SlotState; apart: boolean }[]> {
    return sql.query(
      `SELECT category, state, state = 'leased' AND NOT paged AND lease_until > clock_timestamp() AS apart
         FROM review_slots WHERE task = $1 ORDER BY category`,
      [number],
    );
  },

  /** Ends the slots of a page that its reviewer held whole: those she answered are done, the others do not apply. */
  async finish(tx: Transaction, task: Pick<ReviewTask, "number" | "reviewer">, asked: number[], answered: number[]) {
    await tx.query(
      `UPDATE review_slots SET state = CASE WHEN category = ANY ($4::smallint[]) THEN 'done' ELSE 'closed' END,
              reviewer = CASE WHEN category = ANY ($4::smallint[]) THEN $2 END, paged = false, lease_until = NULL
        WHERE task = $1 AND category = ANY ($3::smallint[])`,
      [task.number, task.reviewer, asked, answered],
    );
  },

  /** Whether something of a page is still to be answered: what only waits for answers nobody is asked for does not count. */
  async isUnfinished(sql: Sql, number: string): Promise<boolean> {
    const rows = await sql.query("SELECT FROM review_slots WHERE task = $1 AND state IN ('open', 'leased') LIMIT 1", [
      number,
    ]);
    return rows.length > 0;
  },

  /** Pages without slots that nobody holds, locked: those of before there were slots. */
  unslotted(tx: Transaction, limit: number): Promise<UnslottedPage[]> {
    return tx.query<UnslottedPage>(
      `SELECT t.number, t.categories, t.purpose, t.asset_id AS "assetId", i.protocol_id AS "protocolId",
              a.part_shares AS "partShares", a.cut_parts AS "cutParts", w.value, w.confidence, w.giver
         FROM review_tasks t JOIN iterations i ON i.number = t.iteration JOIN assets a ON a.id = t.asset_id
         LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = i.protocol_id
        WHERE NOT t.slotted AND (t.state = 'open' OR t.state = 'leased' AND t.lease_until < clock_timestamp())
        ORDER BY t.number LIMIT $1 FOR UPDATE OF t SKIP LOCKED`,
      [limit],
    );
  },

  /** Gives pages their slots, in the state each begins in. */
  async plan(
    tx: Transaction,
    pages: readonly (Pick<UnslottedPage, "number" | "purpose"> & { states: ReadonlyMap<number, SlotState> })[],
  ): Promise<void> {
    const slots = pages.flatMap(({ number, purpose, states }) =>
      [...states].map(([category, state]) => ({ number, purpose, category, state })),
    );
    await tx.query(
      `INSERT INTO review_slots (task, category, purpose, state)
       SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[]) ON CONFLICT DO NOTHING`,
      [
        slots.map(({ number }) => number),
        slots.map(({ category }) => category),
        slots.map(({ purpose }) => purpose),
        slots.map(({ state }) => state),
      ],
    );
    await tx.query("UPDATE review_tasks SET slotted = true WHERE number = ANY ($1::bigint[])", [
      pages.map(({ number }) => number),
    ]);
  },

  /** Ends what was held apart of pages that have ended since, once its lease has run out. */
  async endLate(sql: Sql): Promise<void> {
    await sql.query(
      `UPDATE review_slots s SET state = 'skipped', paged = false, lease_until = NULL FROM review_tasks t
        WHERE s.state = 'leased' AND s.lease_until < clock_timestamp() AND t.number = s.task AND t.state IN ('done', 'skipped')`,
    );
  },

  /**
   * Categories that have slots to lease, with how many: open ones, and those whose lease ran out. At most `most` of each
   * are counted, in the order of their index, so that no plan hopes to find them by reading the table.
   */
  async openOnes(sql: Sql, categories: number, most: number): Promise<{ category: number; open: number }[]> {
    return sql.query(
      `SELECT c::int AS category, found.open FROM generate_series(1, $1::int) AS c, LATERAL (${countOpen("$2")}) AS found
        WHERE found.open > 0 ORDER BY found.open DESC, c`,
      [categories, most],
    );
  },
};
