import type { SlotState } from "@anyone/domain/review/slots";
import type { Transaction } from "@anyone/domain/transaction";
import type { PageFacts, ReviewPurpose } from "./review-tasks.ts";

/** A page that is held until the transaction ends, with everything that its answers are judged by. */
export interface HeldPage extends Pick<PageFacts, "protocolId" | "partShares" | "cutParts" | "value"> {
  id: string;
  number: string;
  iteration: number;
  assetId: string;
  purpose: ReviewPurpose;
  categories: number[];
  state: string;
  slotted: boolean;
  slots: [category: number, state: SlotState, fence: number, reviewer: string | null][];
  /** Everything said on it, a later turn of an answer after an earlier one. */
  said: [category: number, value: number, text: string | null, reviewer: string, key: string][];
  /** First answers about the same evaluation asset on other pages. */
  votes: [category: number, reviewer: string][];
}

/** An answer to be added; `turn` counts those of the same slot within one call, from 0. */
export interface NewSlotAnswer {
  page: Pick<HeldPage, "id" | "assetId" | "protocolId" | "iteration" | "purpose">;
  category: number;
  value: number;
  text: string | null;
  milliseconds: number | null;
  reviewer: string;
  idempotencyKey: string;
  turn: number;
}

/** A state, no lease, that a slot is put in, with who put it there where somebody answered. */
export interface MovedSlot {
  number: string;
  category: number;
  state: SlotState;
  reviewer: string | null;
}

/**
 * Reading and writing many slots of many pages at once. Each is one statement whatever their number: a submission waits
 * for round trips more than for anything else.
 */
export const slotAnswers = {
  /**
   * Holds pages and some of their slots. Pages in one order for everybody, so that nobody waits for somebody who waits
   * for them; whoever holds a page is alone in opening, closing and ending its slots. What follows in the transaction
   * looks rows up: a kept plan that was made while a table was empty would read all of it for ever.
   */
  async hold(tx: Transaction, slots: readonly { taskId: string; category: number }[]): Promise<void> {
    await tx.query(
      `WITH by_index AS MATERIALIZED (SELECT set_config('enable_seqscan', 'off', true)),
       pages AS MATERIALIZED (
         SELECT id, number FROM review_tasks WHERE id = ANY ($1::text[]) ORDER BY id FOR NO KEY UPDATE)
       SELECT s.task FROM by_index CROSS JOIN pages JOIN unnest($1::text[], $2::smallint[]) AS given (id, category) ON given.id = pages.id
         JOIN review_slots s ON s.task = pages.number AND s.category = given.category FOR UPDATE OF s`,
      [slots.map(({ taskId }) => taskId), slots.map(({ category }) => category)],
      "hold-slots",
    );
  },

  /** These pages; to be asked only once they are held, since what is read with a lock may be older than the lock. */
  read(tx: Transaction, ids: readonly string[]): Promise<HeldPage[]> {
    return tx.query<HeldPage>(
      `SELECT t.id, t.number, t.iteration, i.protocol_id AS "protocolId", t.asset_id AS "assetId", t.purpose, t.categories,
              t.state, t.slotted, a.part_shares AS "partShares", a.cut_parts AS "cutParts", to_json(w.value) AS value,
              coalesce((SELECT json_agg(json_build_array(s.category, s.state, s.fence, s.reviewer))
                          FROM review_slots s WHERE s.task = t.number), '[]') AS slots,
              coalesce((SELECT json_agg(json_build_array(h.category, h.value, h.text, h.reviewer, h.idempotency_key)
                                        ORDER BY h.revision)
                          FROM human_answers h WHERE h.review_task_id = t.id AND h.protocol_id = i.protocol_id), '[]') AS said,
              CASE WHEN t.purpose = 'sample' THEN '[]' ELSE coalesce((
                SELECT json_agg(json_build_array(h.category, h.reviewer)) FROM human_answers h
                 WHERE h.asset_id = t.asset_id AND h.iteration = t.iteration AND h.purpose <> 'sample' AND h.revision = 1 AND h.protocol_id = i.protocol_id
                   AND h.review_task_id <> t.id), '[]') END AS votes
         FROM review_tasks t JOIN iterations i ON i.number = t.iteration JOIN assets a ON a.id = t.asset_id
         LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = i.protocol_id
        WHERE t.id = ANY ($1::text[])`,
      [ids],
      "read-pages",
    );
  },

  /** Keeps iterations from leaving the state in which answers may be corrected. Returns their states. */
  async holdIterations(tx: Transaction, numbers: readonly number[]): Promise<Map<number, string>> {
    const rows = await tx.query<{ number: number; state: string }>(
      "SELECT number, state FROM iterations WHERE number = ANY ($1::smallint[]) ORDER BY number FOR SHARE",
      [numbers],
    );
    return new Map(rows.map(({ number, state }) => [number, state]));
  },

  /** Adds answers, moves slots, takes some off their pages, and ends pages or puts them before people again. */
  async write(
    tx: Transaction,
    {
      answers,
      slots,
      taken,
      ended,
      reopened,
    }: {
      answers: readonly NewSlotAnswer[];
      slots: readonly MovedSlot[];
      taken: readonly Pick<MovedSlot, "number" | "category">[];
      ended: readonly string[];
      reopened: readonly string[];
    },
  ): Promise<void> {
    await tx.query(
      `WITH added AS (
         INSERT INTO human_answers (review_task_id, asset_id, protocol_id, iteration, purpose, reviewer, idempotency_key,
                                    category, value, text, milliseconds, revision)
         SELECT id, asset, protocol, iteration, purpose, reviewer, key, category, value, text, ms,
                1 + turn + (SELECT coalesce(max(revision), 0) FROM human_answers h
                             WHERE h.review_task_id = new.id AND h.protocol_id = new.protocol AND h.category = new.category)
           FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[],
                       $8::smallint[], $9::smallint[], $10::text[], $11::int[], $12::smallint[])
                AS new (id, asset, protocol, iteration, purpose, reviewer, key, category, value, text, ms, turn)),
       moved AS (
         UPDATE review_slots s SET state = new.state, reviewer = new.reviewer, paged = false, lease_until = NULL
           FROM unnest($13::bigint[], $14::smallint[], $15::text[], $16::text[]) AS new (task, category, state, reviewer)
          WHERE s.task = new.task AND s.category = new.category),
       ended AS (
         UPDATE review_tasks SET state = 'done', lease_until = NULL, done_at = clock_timestamp()
          WHERE number = ANY ($17::bigint[]) AND state IN ('open', 'leased'))
       UPDATE review_tasks SET state = 'open', reviewer = NULL, done_at = NULL
        WHERE number = ANY ($18::bigint[]) AND state = 'done'`,
      [
        answers.map(({ page }) => page.id),
        answers.map(({ page }) => page.assetId),
        answers.map(({ page }) => page.protocolId),
        answers.map(({ page }) => page.iteration),
        answers.map(({ page }) => page.purpose),
        answers.map(({ reviewer }) => reviewer),
        answers.map(({ idempotencyKey }) => idempotencyKey),
        answers.map(({ category }) => category),
        answers.map(({ value }) => value),
        answers.map(({ text }) => text),
        answers.map(({ milliseconds }) => milliseconds),
        answers.map(({ turn }) => turn),
        slots.map(({ number }) => number),
        slots.map(({ category }) => category),
        slots.map(({ state }) => state),
        slots.map(({ reviewer }) => reviewer),
        ended,
        reopened,
      ],
      "write-slots",
    );
    if (taken.length === 0) return;
    await tx.query(
      `WITH taken AS (SELECT * FROM unnest($1::bigint[], $2::smallint[]) AS given (task, category)),
       gone AS (DELETE FROM review_slots s USING taken WHERE s.task = taken.task AND s.category = taken.category)
       UPDATE review_tasks t
          SET categories = ARRAY(SELECT c FROM unnest(t.categories) WITH ORDINALITY AS asked (c, place)
                                  WHERE NOT EXISTS (SELECT FROM taken WHERE taken.task = t.number AND taken.category = c) ORDER BY place)
        WHERE t.number IN (SELECT task FROM taken)`,
      [taken.map(({ number }) => number), taken.map(({ category }) => category)],
    );
  },
};
