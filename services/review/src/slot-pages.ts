import { reviewSlots } from "@anyone/db/review-slots";
import { firstStates } from "@anyone/domain/review/slots";
import type { Transaction } from "@anyone/domain/transaction";
import type { ReviewContext } from "./context.ts";
import { givenFacts, pageOf } from "./page.ts";

const CHUNK = 500;

/** Gives every page its slots that has none and is held by nobody. Returns how many pages. */
export async function slotPages(tx: Transaction, protocols: ReviewContext["protocols"]): Promise<number> {
  for (let slotted = 0; ; ) {
    const found = await slotSome(tx, protocols, CHUNK);
    slotted += found;
    if (found < CHUNK) return slotted;
  }
}

/** The same for at most `limit` pages: what a sweep does at a time. */
export async function slotSome(tx: Transaction, protocols: ReviewContext["protocols"], limit: number): Promise<number> {
  const pages = await reviewSlots.unslotted(tx, limit);
  if (pages.length === 0) return 0;
  const planned = [];
  for (const page of pages) {
    const protocol = await protocols.get(page.protocolId);
    const facts = await givenFacts(tx, protocol, page, page);
    planned.push({ ...page, states: firstStates(pageOf(protocol, page, facts)) });
  }
  await reviewSlots.plan(tx, planned);
  return pages.length;
}
