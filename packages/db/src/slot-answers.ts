import type { SlotState } from "@anyone/domain/review/slots";
import type { Transaction } from "@anyone/domain/transaction";
import type { PageFacts, ReviewPurpose } from "./review-tasks.ts";

/** A page whose row is held until the transaction ends. */
export interface LockedPage {
  id: string;
  number: string;
  iteration: number;
  iterationState: string;
  protocolId: string;
  assetId: string;
  purpose: ReviewPurpose;
  categories: number[];
  state: string;
  slotted: boolean;
}

export interface StoredSlot {
  task: string;
  category: number;
  state: SlotState;
  fence: number;
  reviewer: string | null;
}

/** A row of what was said, oldest turn first where there are several of one question. */
export interface StoredAnswer {
  taskId: string;
  category: number;
  value: number;
  text: string | null;
  reviewer: string;
  idempotencyKey: string;
}

/** An answer to be added; `turn` counts those of the same slot within one call, from 0. */
export interface NewSlotAnswer {
  page: LockedPage;
  category: number;
  value: number;
  text: string | null;
  milliseconds: number | null;
  reviewer: string;
  idempotencyKey: string;
  turn: number;
}

export interface EndedPage {
  id: string;
  number: string;
  iteration: number;
  purpose: ReviewPurpose;
  assetId: string;
}

/** Reading and writing many slots of many pages at once: one statement a question, whatever their number. */
export const slotAnswers = {
  /** Holds pages, in one order for everybody, so that nobody waits for somebody who waits for them. */
  lockPages(tx: Transaction, ids: readonly string[]): Promise<LockedPage[]> {
    return tx.query<LockedPage>(
      `SELECT t.id, t.number, t.iteration, i.state AS "iterationState", i.protocol_id AS "protocolId",
              t.asset_id AS "assetId", t.purpose, t.categories, t.state, t.slotted
         FROM review_tasks t JOIN iterations i ON i.number = t.iteration
        WHERE t.id = ANY ($1::text[]) ORDER BY t.id FOR NO KEY UPDATE OF t`,
      [ids],
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

  /** These slots, held. */
  lockSlots(tx: Transaction, slots: readonly { number: string; category: number }[]): Promise<StoredSlot[]> {
    return tx.query<StoredSlot>(
      `SELECT s.task, s.category, s.state, s.fence, s.reviewer FROM review_slots s
        WHERE (s.task, s.category) IN (SELECT * FROM unnest($1::bigint[], $2::smallint[]))
        ORDER BY s.task, s.category FOR UPDATE`,
      [slots.map(({ number }) => number), slots.map(({ category }) => category)],
    );
  },

  /** All slots of these pages; of those not held the state may change, save that only who holds a page opens or closes any. */
  slotsOf(tx: Transaction, numbers: readonly string[]): Promise<StoredSlot[]> {
    return tx.query<StoredSlot>(
      "SELECT task, category, state, fence, reviewer FROM review_slots WHERE task = ANY ($1::bigint[])",
      [numbers],
    );
  },

  /** Everything said on these pages. */
  saidOn(tx: Transaction, ids: readonly string[]): Promise<StoredAnswer[]> {
    return tx.query<StoredAnswer>(
      `SELECT review_task_id AS "taskId", category, value, text, reviewer, idempotency_key AS "idempotencyKey"
         FROM human_answers WHERE review_task_id = ANY ($1::text[]) ORDER BY revision`,
      [ids],
    );
  },

  /** What was recorded under these keys. */
  underKeys(tx: Transaction, keys: readonly string[]): Promise<StoredAnswer[]> {
    return tx.query<StoredAnswer>(
      `SELECT review_task_id AS "taskId", category, value, text, reviewer, idempotency_key AS "idempotencyKey"
         FROM human_answers WHERE idempotency_key = ANY ($1::text[])`,
      [keys],
    );
  },

  /** What gates of these pages read beside the pages' own answers, by page number. */
  async factsOf(tx: Transaction, numbers: readonly string[]): Promise<Map<string, PageFacts>> {
    const rows = await tx.query<PageFacts & { number: string }>(
      `SELECT t.number, i.protocol_id AS "protocolId", a.part_shares AS "partShares", a.cut_parts AS "cutParts",
              w.value, w.confidence, w.giver
         FROM review_tasks t JOIN iterations i ON i.number = t.iteration JOIN assets a ON a.id = t.asset_id
         LEFT JOIN answers w ON w.asset_id = a.id AND w.protocol_id = i.protocol_id
        WHERE t.number = ANY ($1::bigint[])`,
      [numbers],
    );
    return new Map(rows.map(({ number, ...facts }) => [number, facts]));
  },

  /** Which of these people have answered the same question about the same evaluation asset on another page: their places. */
  async votedBefore(
    tx: Transaction,
    votes: readonly { page: LockedPage; category: number; reviewer: string }[],
  ): Promise<Set<number>> {
    const rows = await tx.query<{ place: number }>(
      `SELECT given.place::int FROM unnest($1::text[], $2::smallint[], $3::text[], $4::smallint[], $5::text[])
              WITH ORDINALITY AS given (asset, category, reviewer, iteration, page, place)
        WHERE EXISTS (SELECT FROM human_answers h WHERE h.asset_id = given.asset AND h.category = given.category
                         AND h.reviewer = given.reviewer AND h.iteration = given.iteration AND h.purpose <> 'sample'
                         AND h.revision = 1 AND h.review_task_id <> given.page)`,
      [
        votes.map(({ page }) => page.assetId),
        votes.map(({ category }) => category),
        votes.map(({ reviewer }) => reviewer),
        votes.map(({ page }) => page.iteration),
        votes.map(({ page }) => page.id),
      ],
    );
    return new Set(rows.map(({ place }) => place - 1));
  },

  async add(tx: Transaction, answers: readonly NewSlotAnswer[]): Promise<void> {
    await tx.query(
      `INSERT INTO human_answers (review_task_id, asset_id, protocol_id, iteration, purpose, reviewer, idempotency_key,
                                  category, value, text, milliseconds, revision)
       SELECT id, asset, protocol, iteration, purpose, reviewer, key, category, value, text, ms,
              1 + turn + (SELECT coalesce(max(revision), 0) FROM human_answers h
                           WHERE h.review_task_id = new.id AND h.category = new.category)
         FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::smallint[],
                     $9::smallint[], $10::text[], $11::int[], $12::smallint[])
              AS new (id, asset, protocol, iteration, purpose, reviewer, key, category, value, text, ms, turn)`,
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
      ],
    );
  },

  /** Moves slots to states that are no lease; `reviewer` stays where one is given. */
  async move(tx: Transaction, slots: readonly StoredSlot[]): Promise<void> {
    if (slots.length === 0) return;
    await tx.query(
      `UPDATE review_slots s SET state = new.state, reviewer = new.reviewer, paged = false, lease_until = NULL
         FROM unnest($1::bigint[], $2::smallint[], $3::text[], $4::text[]) AS new (task, category, state, reviewer)
        WHERE s.task = new.task AND s.category = new.category`,
      [
        slots.map(({ task }) => task),
        slots.map(({ category }) => category),
        slots.map(({ state }) => state),
        slots.map(({ reviewer }) => reviewer),
      ],
    );
  },

  /** Ends those of these pages of which nothing is left to answer. */
  endPages(tx: Transaction, numbers: readonly string[]): Promise<EndedPage[]> {
    return tx.query<EndedPage>(
      `UPDATE review_tasks t SET state = 'done', lease_until = NULL, done_at = clock_timestamp()
        WHERE t.number = ANY ($1::bigint[]) AND t.state IN ('open', 'leased')
          AND NOT EXISTS (SELECT FROM review_slots s WHERE s.task = t.number AND s.state IN ('open', 'leased'))
        RETURNING t.id, t.number, t.iteration, t.purpose, t.asset_id AS "assetId"`,
      [numbers],
    );
  },

  /** Puts pages before people again of which a correction opened something. */
  async reopenPages(tx: Transaction, numbers: readonly string[]): Promise<void> {
    if (numbers.length === 0) return;
    await tx.query(
      `UPDATE review_tasks SET state = 'open', reviewer = NULL, done_at = NULL
        WHERE number = ANY ($1::bigint[]) AND state = 'done'`,
      [numbers],
    );
  },
};
