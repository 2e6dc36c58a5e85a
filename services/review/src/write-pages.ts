import { randomUUID } from "node:crypto";
import { addTasks } from "@anyone/db/add-tasks";
import { reviewTasks } from "@anyone/db/review-tasks";
import { settleAnswers } from "@anyone/db/settled-answers";
import { type HeldPage, type NewSlotAnswer, slotAnswers } from "@anyone/db/slot-answers";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Transaction } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { isUnfinished, type PageSlots } from "./page-slots.ts";

const RUNNING = ["open", "leased"];

/**
 * Writes what was judged: the answers, the slots they end, open and close, the pages of which nothing is left, and the
 * nudge where one of those was the last of its iteration.
 */
export async function writePages(
  tx: Transaction,
  pages: readonly PageSlots[],
  answers: readonly NewSlotAnswer[],
): Promise<void> {
  const touched = pages.filter(({ changed, taken }) => changed.size > 0 || taken.size > 0);
  if (touched.length === 0) return;
  const ended = touched.filter((held) => RUNNING.includes(held.page.state) && !isUnfinished(held));
  const reopened = touched.filter((held) => held.page.state === "done" && isUnfinished(held));
  const corrected = touched.filter((held) => held.page.state === "done");
  const numbers = (some: readonly PageSlots[]) => some.map(({ page }) => page.number);
  await slotAnswers.write(tx, {
    answers: [...answers, ...touched.flatMap((held) => withdrawals(held, answers))],
    slots: touched.flatMap(({ page: { number }, slots, changed }) =>
      [...slots].flatMap(([category, { state, reviewer }]) =>
        changed.has(category) ? [{ number, category, state, reviewer }] : [],
      ),
    ),
    taken: touched.flatMap(({ page: { number }, taken }) => [...taken].map((category) => ({ number, category }))),
    ended: numbers(ended),
    reopened: numbers(reopened),
  });
  await settlePages(tx, [...ended, ...corrected]);
  await nudge(
    tx,
    ended.map(({ page }) => page),
  );
}

/** What a correction took back is said by one more row, of the person who corrected: it does not apply. */
function withdrawals({ page, withdrawn }: PageSlots, answers: readonly NewSlotAnswer[]): NewSlotAnswer[] {
  return [...withdrawn].map(([category, reviewer]) => ({
    page,
    category,
    value: NOT_ASKED,
    text: null,
    milliseconds: null,
    reviewer,
    idempotencyKey: `withdrawn.${randomUUID()}`,
    turn: answers.filter((one) => one.page.id === page.id && one.category === category).length,
  }));
}

/** What people said of a sample is put over the labeller's answers when its page ends, and again when it is corrected later. */
async function settlePages(tx: Transaction, pages: readonly PageSlots[]): Promise<void> {
  const samples = pages.filter(({ page }) => page.purpose === "sample");
  for (const [protocol, some] of Map.groupBy(samples, (held) => held.protocol)) {
    await settleAnswers(tx, protocol, [...new Set(some.map(({ page }) => page.assetId))]);
  }
}

async function nudge(tx: Transaction, ended: readonly HeldPage[]): Promise<void> {
  for (const [iteration, pages] of Map.groupBy(ended, (page) => page.iteration)) {
    if (!(await reviewTasks.isLast(tx, iteration))) continue;
    const name = pages.some(({ purpose }) => purpose === "tie-break") ? "adjudicated" : "labelled";
    await addTasks(tx, [next(advanceIteration, { iteration, nudge: name })]);
  }
}
