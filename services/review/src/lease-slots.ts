import { humanAnswers } from "@anyone/db/human-answers";
import { type ClaimedSlot, reviewSlots, type SlotsWanted } from "@anyone/db/review-slots";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import { fault } from "@anyone/domain/fault";
import type { HumanSaid } from "@anyone/domain/release/settle";
import type { LeasedSlot, LeaseSlotsRequest, LeaseSlotsResponse } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { endSlots } from "./end-slots.ts";
import { wantedLease } from "./lease-task.ts";
import { openCategories } from "./open-categories.ts";
import { givenFacts, knownAnswers, suggestions } from "./page.ts";

const SLOTS = { usual: 24, most: 64 };
const NONE: LeaseSlotsResponse = { category: 0, protocolId: "", leaseUntil: "", slots: [] };

/**
 * Leases open slots of one category, each of another page: what was leased for too long first, then evaluation before
 * sample. Without a category it is the one with most open slots of which this reviewer may answer any. A sample's slot
 * whose asset has left the pool is skipped.
 *
 * @throws Fault `bad-input` where the reviewer is missing, or the purpose or the category do not exist.
 */
export async function leaseSlots(request: LeaseSlotsRequest, context: ReviewContext): Promise<LeaseSlotsResponse> {
  const { reviewer, purpose, seconds } = wantedLease(request);
  const limit = Math.min(SLOTS.most, Math.max(1, request.limit || SLOTS.usual));
  const wanted = { reviewer, purpose, seconds, limit };
  if (request.category !== 0) {
    const count = (await context.protocols.current()).categories.length;
    if (request.category < 0 || request.category > count) {
      throw fault("bad-input", `There is no question ${request.category}.`, {
        hint: `They are numbered 1 to ${count}.`,
      });
    }
    return (await leaseFirst([request.category], wanted, context)) ?? NONE;
  }
  const lately = await leaseFirst(await openCategories(context), wanted, context);
  if (lately) return lately;
  // that nothing waits is said only after a look of this moment
  return (await leaseFirst(await openCategories(context, { fresh: true }), wanted, context)) ?? NONE;
}

async function leaseFirst(
  categories: readonly number[],
  wanted: Omit<SlotsWanted, "category">,
  context: ReviewContext,
): Promise<LeaseSlotsResponse | undefined> {
  for (const category of categories) {
    const slots = await claimShown({ ...wanted, category }, context);
    if (slots.length > 0) return shown(category, slots, context);
  }
  return undefined;
}

/** What is claimed but not to be shown any more is skipped, and the claim made again. */
async function claimShown(wanted: SlotsWanted, context: ReviewContext): Promise<ClaimedSlot[]> {
  for (;;) {
    const slots = await reviewSlots.claim(context.db, wanted);
    const kept = slots.filter(({ shown }) => shown);
    if (kept.length < slots.length) {
      const gone = slots.filter(({ shown }) => !shown);
      await context.db.transaction((tx) => endSlots(tx, wanted.reviewer, gone, context.protocols));
    }
    if (kept.length > 0 || slots.length === 0) return kept;
  }
}

async function shown(category: number, claimed: ClaimedSlot[], { db, protocols }: ReviewContext) {
  const [first] = claimed as [ClaimedSlot];
  // one grid is of one protocol; the rest of another is given back
  const slots = claimed.filter(({ protocolId }) => protocolId === first.protocolId);
  const protocol = await protocols.get(first.protocolId);
  const said = await humanAnswers.standingOn(
    db,
    protocol.identity,
    slots.map(({ taskId }) => taskId),
  );
  const leased: LeasedSlot[] = [];
  for (const slot of slots) {
    const facts = await givenFacts(db, protocol, slot, slot);
    const [suggestion] = suggestions({ ...slot, categories: [category] }, facts);
    leased.push({
      taskId: slot.taskId,
      iteration: slot.iteration,
      assetId: slot.assetId,
      category,
      purpose: slot.purpose,
      blind: slot.blind,
      fence: slot.fence,
      suggestion,
      known: [...knownAnswers(slot, facts), ...(said.get(slot.taskId) ?? []).flatMap(asKnown)],
      partShares: facts.partShares,
      cutParts: facts.cutParts,
    });
  }
  const leaseUntil = new Date(Math.min(...slots.map((slot) => slot.leaseUntil.getTime()))).toISOString();
  return { category, protocolId: protocol.identity, leaseUntil, slots: leased };
}

/** What somebody said on the page stands as surely as it can. */
function asKnown({ category, value }: HumanSaid) {
  return value === NOT_ASKED ? [] : [{ category, value, confidence: 1 }];
}
