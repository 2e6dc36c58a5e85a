import { addTasks } from "@anyone/db/add-tasks";
import { reviewTasks } from "@anyone/db/review-tasks";
import { settleAnswers } from "@anyone/db/settled-answers";
import { type EndedPage, type NewSlotAnswer, slotAnswers } from "@anyone/db/slot-answers";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Transaction } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { PageSlots } from "./page-slots.ts";

/**
 * Writes what was judged: the answers, the slots they end, open and close, the pages of which nothing is left, and the
 * nudge where one of those was the last of its iteration. `corrected` names pages whose settled answers may have changed.
 */
export async function writePages(
  tx: Transaction,
  pages: readonly PageSlots[],
  answers: readonly NewSlotAnswer[],
  corrected: ReadonlySet<string>,
): Promise<void> {
  const withdrawn = pages.flatMap(({ page, withdrawn: taken }) =>
    taken.map((answer): NewSlotAnswer => {
      const turn = answers.filter((one) => one.page.id === page.id && one.category === answer.category).length;
      return {
        page,
        category: answer.category,
        value: NOT_ASKED,
        text: null,
        milliseconds: null,
        reviewer: answer.reviewer,
        idempotencyKey: `withdrawn.${answer.idempotencyKey}.${page.number}.${crypto.randomUUID()}`,
        turn,
      };
    }),
  );
  if (answers.length + withdrawn.length > 0) await slotAnswers.add(tx, [...answers, ...withdrawn]);
  const touched = pages.filter(({ changed }) => changed.size > 0);
  await slotAnswers.move(
    tx,
    touched.flatMap(({ slots, changed }) => [...slots.values()].filter(({ category }) => changed.has(category))),
  );
  const numbers = (some: readonly PageSlots[]) => some.map(({ page }) => page.number);
  await slotAnswers.reopenPages(tx, numbers(touched.filter(({ reopened }) => reopened)));
  const ended = touched.length > 0 ? await slotAnswers.endPages(tx, numbers(touched)) : [];
  await settlePages(tx, pages, ended, corrected);
  await nudge(tx, ended);
}

/** What people said of a sample is put over the labeller's answers when its page ends, and again when it is corrected later. */
async function settlePages(
  tx: Transaction,
  pages: readonly PageSlots[],
  ended: readonly EndedPage[],
  corrected: ReadonlySet<string>,
): Promise<void> {
  const over = new Set(ended.map(({ id }) => id));
  const due = pages.filter(({ page }) => page.purpose === "sample" && (over.has(page.id) || corrected.has(page.id)));
  for (const [protocol, some] of Map.groupBy(due, ({ protocol }) => protocol)) {
    await settleAnswers(tx, protocol, [...new Set(some.map(({ page }) => page.assetId))]);
  }
}

async function nudge(tx: Transaction, ended: readonly EndedPage[]): Promise<void> {
  for (const [iteration, pages] of Map.groupBy(ended, (page) => page.iteration)) {
    if (!(await reviewTasks.isLast(tx, iteration))) continue;
    const name = pages.some(({ purpose }) => purpose === "tie-break") ? "adjudicated" : "labelled";
    await addTasks(tx, [next(advanceIteration, { iteration, nudge: name })]);
  }
}
