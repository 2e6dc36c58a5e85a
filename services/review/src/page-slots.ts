import { type HeldPage, slotAnswers } from "@anyone/db/slot-answers";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { decisive, type SaidInSlot, type SlotState, slotStandings } from "@anyone/domain/review/slots";
import type { Page } from "@anyone/domain/review/submission";
import type { Transaction } from "@anyone/domain/transaction";
import type { ReviewContext } from "./context.ts";
import { givenFacts, pageOf } from "./page.ts";

export interface Slot {
  state: SlotState;
  fence: number;
  reviewer: string | null;
}

export interface Said {
  value: number;
  text: string | null;
  reviewer: string;
  key: string;
}

/** A page in hand: what its answers open and close is worked out here, and written at once when all are judged. */
export interface PageSlots {
  page: HeldPage;
  protocol: Protocol;
  /** What its gates read beside what is said on it. */
  gates: Page;
  slots: Map<number, Slot>;
  /** The latest turn of each answer. */
  said: Map<number, Said>;
  /** Categories whose slot is to be written. */
  changed: Set<number>;
  /** Answers that a correction took back, and by whom: what they answered does not apply any more. */
  withdrawn: Map<number, string>;
}

/** Holds and reads the pages of these slots, by page id. */
export async function holdPages(
  tx: Transaction,
  slots: readonly { taskId: string; category: number }[],
  protocols: ReviewContext["protocols"],
): Promise<Map<string, PageSlots>> {
  await slotAnswers.hold(tx, slots);
  const pages = await slotAnswers.read(tx, [...new Set(slots.map(({ taskId }) => taskId))]);
  const held = new Map<string, PageSlots>();
  for (const page of pages) {
    const protocol = await protocols.get(page.protocolId);
    const facts = await givenFacts(tx, protocol, page, { ...page, confidence: null, giver: null });
    held.set(page.id, {
      page,
      protocol,
      gates: pageOf(protocol, page, facts),
      slots: new Map(page.slots.map(([category, state, fence, reviewer]) => [category, { state, fence, reviewer }])),
      said: new Map(
        page.said.map(([category, value, text, reviewer, key]) => [category, { value, text, reviewer, key }]),
      ),
      changed: new Set(),
      withdrawn: new Map(),
    });
  }
  return held;
}

/** What stands on a page: what was said in slots that are done, and that nothing is known of those that were skipped. */
export function standingSaid({ slots, said }: PageSlots): SaidInSlot[] {
  return [...slots].flatMap(([category, { state, reviewer }]): SaidInSlot[] => {
    const answer = said.get(category);
    if (state === "done" && answer)
      return [{ category, value: answer.value, text: answer.text ?? undefined, reviewer }];
    return state === "skipped" ? [{ category, value: NOT_ASKED, reviewer: null }] : [];
  });
}

/** Ends a slot as answered or skipped, and opens and closes what hangs on it; `by` is who did. */
export function endSlot(held: PageSlots, category: number, state: "done" | "skipped", by: string): void {
  const { slots, said, changed, withdrawn, protocol, gates } = held;
  const slot = slots.get(category);
  if (!slot) return;
  move(category, slot, state, state === "done" ? by : null);
  if (!decisive(protocol).has(category)) return;
  for (const [n, now] of slotStandings(gates, standingSaid(held))) {
    const other = slots.get(n);
    if (!other) continue;
    if (now === "closed" && other.state !== "closed" && other.state !== "skipped") {
      if (other.state === "done" && said.has(n)) withdrawn.set(n, by);
      move(n, other, "closed", null);
    } else if ((other.state === "waiting" && now === "open") || (other.state === "closed" && now !== "closed")) {
      move(n, other, now, null);
    }
  }

  function move(n: number, moved: Slot, to: SlotState, reviewer: string | null): void {
    Object.assign(moved, { state: to, reviewer });
    changed.add(n);
  }
}

/** Whether something of a page is still to be answered; what only waits for answers nobody is asked for does not count. */
export function isUnfinished({ slots }: PageSlots): boolean {
  return [...slots.values()].some(({ state }) => state === "open" || state === "leased");
}
