import type { StoredAnswer } from "@anyone/db/slot-answers";
import { type Fault, fault } from "@anyone/domain/fault";
import { checkSlotAnswer } from "@anyone/domain/review/slots";
import type { GivenAnswer } from "@anyone/domain/review/submission";
import { type PageSlots, standingSaid } from "./page-slots.ts";

/** One answer as somebody sent it. */
export interface SentAnswer extends GivenAnswer {
  taskId: string;
  fence: number;
  reviewer: string;
  milliseconds?: number | undefined;
  /** Of this answer alone: the submission's key with its page. */
  key: string;
}

/** What the truth holds that an answer is judged by. */
export interface SlotFacts {
  pages: PageSlots | undefined;
  /** What this very key recorded before. */
  before: StoredAnswer | undefined;
  /** She answered the same question about this evaluation asset on another page. */
  voted: boolean;
  /** The iteration still takes corrections. */
  correctable: boolean;
}

export type Judged = "recorded" | "repeated" | "corrected" | Fault;

/**
 * What becomes of one answer. A lease that ran out still counts while nobody else was given the slot: the fence decides,
 * so no answer is lost to a slow network or a wrong clock. Whose slot is done may answer it anew: a correction.
 */
export function judgeSlot(sent: SentAnswer, { pages, before, voted, correctable }: SlotFacts): Judged {
  if (before) {
    return sameAnswer(sent, before)
      ? "repeated"
      : fault("conflict", "This idempotency key was used for another answer.", { hint: "Use a new key." });
  }
  if (!pages) return fault("not-found", `There is no page ${sent.taskId}.`);
  const slot = pages.slots.get(sent.category);
  const id = pages.protocol.categories[sent.category - 1]?.id;
  if (!slot) {
    return pages.page.slotted || !pages.page.categories.includes(sent.category)
      ? fault("bad-input", `Question ${sent.category} is not on this page.`)
      : fault("conflict", "This page is still handed out whole.", { hint: "Lease slots again in a few seconds." });
  }
  switch (slot.state) {
    case "waiting":
      return fault("bad-input", `${id} depends on an answer that nobody gave yet.`, {
        hint: "Answer what it depends on first.",
      });
    case "closed":
      return fault("conflict", `${id} does not apply here: another answer has closed it.`);
    case "skipped":
      return fault("conflict", `${id} was skipped here: this question is over.`);
    case "open":
      return fault("lease-lost", `Nobody holds ${id} here.`, { hint: "Nothing was recorded; lease it again." });
    case "leased":
      if (slot.reviewer !== sent.reviewer || slot.fence !== sent.fence) return lost();
      if (voted) {
        return fault("conflict", `You answered ${id} about this picture on another page.`, {
          hint: "Release the slot: votes are of different people.",
        });
      }
      return check(sent, pages) ?? "recorded";
    case "done": {
      if (slot.reviewer !== sent.reviewer) return fault("conflict", `${id} was answered here by somebody else.`);
      if (slot.fence !== sent.fence) return lost();
      const stands = pages.said.get(sent.category);
      if (stands && sameAnswer(sent, stands)) return "repeated";
      if (!correctable) {
        return fault("conflict", `Iteration ${pages.page.iteration} is over: answers can't be corrected any more.`);
      }
      return check(sent, pages) ?? "corrected";
    }
  }
}

function check(sent: SentAnswer, pages: PageSlots): Fault | null {
  const hers = standingSaid(pages).filter(({ reviewer, value }) => reviewer === sent.reviewer && value !== -1);
  try {
    checkSlotAnswer(pages.protocol, hers, sent);
    return null;
  } catch (error) {
    return error as Fault;
  }
}

function lost(): Fault {
  return fault("lease-lost", "Somebody else has this question by now.", {
    hint: "Nothing was recorded; lease the next ones.",
  });
}

function sameAnswer(a: GivenAnswer, b: { category: number; value: number; text?: string | null }): boolean {
  return a.category === b.category && a.value === b.value && (a.text ?? null) === (b.text ?? null);
}
