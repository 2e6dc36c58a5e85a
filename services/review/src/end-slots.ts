import { recordEvent } from "@anyone/db/events";
import { reviewFlags } from "@anyone/db/review-flags";
import { reviewSlots } from "@anyone/db/review-slots";
import { slotAnswers } from "@anyone/db/slot-answers";
import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import type {
  FlagSlotRequest,
  ReleaseSlotsRequest,
  ReleaseSlotsResponse,
  SkipSlotRequest,
} from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { openAndClose, readPages } from "./page-slots.ts";
import { writePages } from "./write-pages.ts";

type Nothing = Record<string, never>;

/** Gives leased slots back unanswered. Those that somebody else has by now are left to them. */
export async function releaseSlots(
  { reviewer, slots }: ReleaseSlotsRequest,
  { db }: ReviewContext,
): Promise<ReleaseSlotsResponse> {
  return { released: await reviewSlots.release(db, reviewer, slots) };
}

/**
 * Ends one leased slot without an answer, for good; what hangs on it is closed as if somebody had been unsure.
 *
 * @throws Fault `bad-input` (not of this page), `lease-lost` (somebody else has it, or nobody).
 */
export async function skipSlot(
  { reviewer, slot, reason }: SkipSlotRequest,
  { db, protocols }: ReviewContext,
): Promise<Nothing> {
  if (!slot) throw fault("bad-input", "Which slot is skipped is missing.");
  await db.transaction(async (tx) => {
    const ended = await endSlots(tx, reviewer, [slot], protocols);
    if (ended === 0) {
      throw fault("lease-lost", "You do not hold this question.", {
        hint: "Nothing was skipped; lease the next ones.",
      });
    }
    await recordEvent(tx, {
      stage: "review",
      kind: "question-skipped",
      text: `${reviewer} skipped question ${slot.category} of a page: ${reason || "no reason given"}`,
      data: { taskId: slot.taskId, category: slot.category, reason },
    });
  });
  return {};
}

/** Skips slots that a reviewer holds under these fences; others are left. Returns how many were skipped. */
export async function endSlots(
  tx: Transaction,
  reviewer: string,
  held: readonly { taskId: string; category: number; fence: number }[],
  protocols: ReviewContext["protocols"],
): Promise<number> {
  const locked = await slotAnswers.lockPages(tx, [...new Set(held.map(({ taskId }) => taskId))]);
  const numberOf = new Map(locked.map(({ id, number }) => [id, number]));
  const wanted = held.flatMap(({ taskId, category }) => {
    const number = numberOf.get(taskId);
    return number ? [{ number, category }] : [];
  });
  const pages = await readPages(tx, locked, wanted, protocols);
  let ended = 0;
  for (const { taskId, category, fence } of held) {
    const found = pages.get(taskId);
    const slot = found?.slots.get(category);
    if (!found || slot?.state !== "leased" || slot.reviewer !== reviewer || slot.fence !== fence) continue;
    Object.assign(slot, { state: "skipped", reviewer: null });
    found.changed.add(category);
    openAndClose(found, reviewer);
    ended += 1;
  }
  await writePages(tx, [...pages.values()], [], new Set());
  return ended;
}

/**
 * Leaves a note for operators on the asset of a slot; the slot stays as it is.
 *
 * @throws Fault `not-found` where there is no such page, or it does not ask that question.
 */
export async function flagSlot(request: FlagSlotRequest, { db }: ReviewContext): Promise<Nothing> {
  if (!request.note.trim()) throw fault("bad-input", "A flag says what is wrong: note is missing.");
  if (!(await reviewFlags.add(db, request))) {
    throw fault("not-found", `There is no page ${request.taskId} that asks question ${request.category}.`);
  }
  return {};
}
