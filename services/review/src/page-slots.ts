import type { LockedPage, StoredAnswer, StoredSlot } from "@anyone/db/slot-answers";
import { slotAnswers } from "@anyone/db/slot-answers";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { decisive, type SaidInSlot, slotStandings } from "@anyone/domain/review/slots";
import type { Page } from "@anyone/domain/review/submission";
import type { Transaction } from "@anyone/domain/transaction";
import type { ReviewContext } from "./context.ts";
import { givenFacts, pageOf } from "./page.ts";

/** A page in hand: what its answers open and close is worked out here, and written at once when all are judged. */
export interface PageSlots {
  page: LockedPage;
  protocol: Protocol;
  slots: Map<number, StoredSlot>;
  /** The latest turn of each answer, where the whole page was read. */
  said: Map<number, StoredAnswer>;
  /** What gates read; null where nothing asked of this page opens or closes anything, and only some slots were read. */
  gates: Page | null;
  /** Categories whose slot is to be written. */
  changed: Set<number>;
  /** Answers that a correction took back: what they answered does not apply any more. */
  withdrawn: StoredAnswer[];
  reopened: boolean;
}

/**
 * Reads pages whose rows are held, with the named slots; a page with all its slots and answers where one of those opens
 * or closes others, or was answered before.
 */
export async function readPages(
  tx: Transaction,
  pages: readonly LockedPage[],
  wanted: readonly { number: string; category: number }[],
  protocols: ReviewContext["protocols"],
): Promise<Map<string, PageSlots>> {
  const held = await slotAnswers.lockSlots(tx, wanted);
  const heldOf = Map.groupBy(held, ({ task }) => task);
  const full: LockedPage[] = [];
  for (const page of pages) {
    const turns = decisive(await protocols.get(page.protocolId));
    const whole = heldOf.get(page.number)?.some(({ category, state }) => state === "done" || turns.has(category));
    if (whole) full.push(page);
  }
  const numbers = full.map(({ number }) => number);
  const rest = full.length > 0 ? await slotAnswers.slotsOf(tx, numbers) : [];
  const said =
    full.length > 0
      ? await slotAnswers.saidOn(
          tx,
          full.map(({ id }) => id),
        )
      : [];
  const facts = full.length > 0 ? await slotAnswers.factsOf(tx, numbers) : new Map();
  const slotsOf = Map.groupBy([...rest, ...held], ({ task }) => task);
  const saidOf = Map.groupBy(said, ({ taskId }) => taskId);
  const found = new Map<string, PageSlots>();
  for (const page of pages) {
    const protocol = await protocols.get(page.protocolId);
    const shown = facts.get(page.number);
    found.set(page.id, {
      page,
      protocol,
      slots: new Map((slotsOf.get(page.number) ?? []).map((slot) => [slot.category, slot])),
      said: new Map((saidOf.get(page.id) ?? []).map((answer) => [answer.category, answer])),
      gates: shown ? pageOf(protocol, page, await givenFacts(tx, protocol, page, shown)) : null,
      changed: new Set(),
      withdrawn: [],
      reopened: false,
    });
  }
  return found;
}

/** What stands on a page: what was said in slots that are done, and that nothing is known of those that were skipped. */
export function standingSaid({ slots, said }: PageSlots): SaidInSlot[] {
  return [...slots.values()].flatMap(({ category, state, reviewer }): SaidInSlot[] => {
    const answer = said.get(category);
    if (state === "done" && answer)
      return [{ category, value: answer.value, text: answer.text ?? undefined, reviewer }];
    return state === "skipped" ? [{ category, value: NOT_ASKED, reviewer: null }] : [];
  });
}

/** Opens and closes the slots of a page after an answer to it changed; `by` is who changed it. */
export function openAndClose(pages: PageSlots, by: string): void {
  const { gates, slots, said, changed, withdrawn } = pages;
  if (!gates) return;
  const standing = slotStandings(gates, standingSaid(pages));
  for (const slot of slots.values()) {
    const now = standing.get(slot.category) ?? "closed";
    if (now === "closed" && !["closed", "skipped"].includes(slot.state)) {
      const answer = said.get(slot.category);
      if (slot.state === "done" && answer) withdrawn.push({ ...answer, reviewer: by });
      Object.assign(slot, { state: "closed", reviewer: null });
      changed.add(slot.category);
    } else if ((slot.state === "waiting" && now === "open") || (slot.state === "closed" && now !== "closed")) {
      pages.reopened ||= slot.state === "closed" && now === "open";
      Object.assign(slot, { state: now, reviewer: null });
      changed.add(slot.category);
    }
  }
}
