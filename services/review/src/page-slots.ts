import { type HeldPage, slotAnswers } from "@anyone/db/slot-answers";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { HumanSaid } from "@anyone/domain/release/settle";
import { decisive, type SaidInSlot, type SlotState, slotStandings } from "@anyone/domain/review/slots";
import { type Page, readGiven } from "@anyone/domain/review/submission";
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
  /** Categories that the page asks no more, since a file answered them. */
  taken: Set<number>;
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
      taken: new Set(),
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
  const slot = held.slots.get(category);
  if (!slot) return;
  move(held, category, { state, reviewer: state === "done" ? by : null });
  if (decisive(held.protocol).has(category)) followGates(held, by);
}

/** Takes questions off a page that nobody has before her: what files answered is among what the page takes as given. */
export function takeAnswers(held: PageSlots, answers: readonly HumanSaid[]): void {
  if (held.page.state !== "open") return;
  for (const { category, value, text } of answers) {
    if (!["open", "waiting", "closed"].includes(held.slots.get(category)?.state ?? "")) continue;
    held.slots.delete(category);
    held.taken.add(category);
    const [id, known] = readGiven(held.protocol, { category, value, text: text ?? undefined });
    held.gates = {
      ...held.gates,
      categories: held.gates.categories.filter((n) => n !== category),
      known: { ...held.gates.known, [id]: known },
    };
  }
  followGates(held, null);
}

/** Opens and closes what hangs on what stands; `by` takes back what applies no more, and nobody's answer is taken back by nobody. */
function followGates(held: PageSlots, by: string | null): void {
  for (const [n, now] of slotStandings(held.gates, standingSaid(held))) {
    const slot = held.slots.get(n);
    if (!slot) continue;
    if (now === "closed" && slot.state !== "closed" && slot.state !== "skipped") {
      if (slot.state === "done" && by === null) continue;
      if (slot.state === "done" && held.said.has(n)) held.withdrawn.set(n, by as string);
      move(held, n, { state: "closed", reviewer: null });
    } else if ((slot.state === "waiting" && now === "open") || (slot.state === "closed" && now !== "closed")) {
      move(held, n, { state: now, reviewer: null });
    }
  }
}

function move({ slots, changed }: PageSlots, category: number, to: Pick<Slot, "state" | "reviewer">): void {
  Object.assign(slots.get(category) as Slot, to);
  changed.add(category);
}

/** Whether something of a page is still to be answered; what only waits for answers nobody is asked for does not count. */
export function isUnfinished({ slots }: PageSlots): boolean {
  return [...slots.values()].some(({ state }) => state === "open" || state === "leased");
}
