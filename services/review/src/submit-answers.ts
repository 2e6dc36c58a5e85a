import { addTasks } from "@anyone/db/add-tasks";
import { humanAnswers } from "@anyone/db/human-answers";
import { reviewSlots } from "@anyone/db/review-slots";
import { type ReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { settleAnswers } from "@anyone/db/settled-answers";
import { fault } from "@anyone/domain/fault";
import { checkSubmission, type GivenAnswer } from "@anyone/domain/review/submission";
import type { Transaction } from "@anyone/domain/transaction";
import type { SubmitAnswersRequest, SubmitAnswersResponse } from "@anyone/grpc/generated/anyone/v1/review";
import { next } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { ReviewContext } from "./context.ts";
import { heldPart } from "./held-part.ts";
import { heldTask } from "./held-task.ts";
import { pageOf, readPage } from "./page.ts";

/**
 * Records a page's answers and ends the page, in one transaction with the nudge that moves the iteration on when it was
 * the last. The same submission again changes nothing; a late or foreign one is refused whole.
 */
export function submitAnswers(request: SubmitAnswersRequest, context: ReviewContext): Promise<SubmitAnswersResponse> {
  const { taskId, reviewer, fence, idempotencyKey } = request;
  if (idempotencyKey.length < 8)
    throw fault("bad-input", "A submission needs an idempotency key of at least 8 characters.");
  const given = request.answers.map(({ category, value, text, milliseconds }) => ({
    category,
    value,
    text: text || undefined,
    milliseconds,
  }));
  return context.db.transaction(async (tx) => {
    const before = await repeated(tx, { ...request, given });
    if (before !== null) return { recorded: before, repeatedSubmission: true };
    const whole = await heldTask(tx, { taskId, reviewer, fence });
    const { protocol, facts: all } = await readPage(tx, whole, context.protocols);
    const { task, facts } = await heldPart(tx, protocol, whole, all);
    // what others answered or closed since the page was leased is theirs; the rest counts
    const hers = given.filter(
      ({ category }) => task.categories.includes(category) || !whole.categories.includes(category),
    );
    const kept = checkSubmission(pageOf(protocol, task, facts), hers);
    await humanAnswers.add(
      tx,
      { ...task, reviewTaskId: taskId, protocolId: protocol.identity, reviewer, idempotencyKey },
      kept,
    );
    await reviewSlots.finish(
      tx,
      task,
      task.categories,
      kept.map(({ category }) => category),
    );
    if (task.purpose === "sample") await settleAnswers(tx, protocol, [task.assetId]);
    // somebody else may have one of its questions, taken before the page was leased
    if (await reviewSlots.isUnfinished(tx, task.number)) await reviewTasks.giveBack(tx, task);
    else await endPage(tx, task, "done");
    return { recorded: kept.length, repeatedSubmission: false };
  });
}

/** Ends a page with what is left of its slots, and nudges its iteration when no other page is open. */
export async function endPage(
  tx: Transaction,
  { id, iteration, purpose }: Pick<ReviewTask, "id" | "iteration" | "purpose">,
  state: "done" | "skipped",
) {
  await reviewTasks.end(tx, id, state);
  if (!(await reviewTasks.isLast(tx, iteration))) return;
  const nudge = purpose === "tie-break" ? "adjudicated" : "labelled";
  await addTasks(tx, [next(advanceIteration, { iteration, nudge })]);
}

/** How many answers this very submission recorded before, or null when it is new. */
async function repeated(
  tx: Transaction,
  { taskId, idempotencyKey, given }: { taskId: string; idempotencyKey: string; given: readonly GivenAnswer[] },
): Promise<number | null> {
  // two deliveries of one submission come one after the other
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 71))", [idempotencyKey]);
  const recorded = await humanAnswers.underKey(tx, idempotencyKey);
  if (recorded.length === 0) return null;
  const same = recorded.every((one) => one.reviewTaskId === taskId && given.some((other) => sameAnswer(other, one)));
  if (same) return recorded.length;
  throw fault("conflict", "This idempotency key was used for another submission.", {
    hint: "Use a new key for each page.",
  });
}

function sameAnswer(a: GivenAnswer, b: { category: number; value: number; text?: string | null }): boolean {
  return a.category === b.category && a.value === b.value && (a.text ?? null) === (b.text ?? null);
}
