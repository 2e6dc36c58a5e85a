import { ReviewTaskId } from "@anyone/domain/ids";
import { z } from "zod";
import { holds, type SlotName } from "./desk.ts";

/** One answer as it is sent, under the fence of its lease. */
const SlotAnswer = z.object({
  taskId: ReviewTaskId,
  category: z.number(),
  fence: z.number(),
  value: z.number(),
  text: z.string().optional(),
  milliseconds: z.number().optional(),
});
export type SlotAnswer = z.infer<typeof SlotAnswer>;

/** `page`: these are all the answers of a page, which the server records together and ends the page with. */
const Batch = z.object({ key: z.string(), answers: z.array(SlotAnswer), page: z.boolean() });
export type Batch = z.infer<typeof Batch>;

/**
 * Answers on their way to the server, in the order they were given. What was sent once is sent again whole and under
 * the same key until the server has replied, so that a lost connection can neither lose nor double an answer.
 */
export const Outbox = z.object({
  /** On their way, or sent without a reply; first ones first. */
  sealed: z.array(Batch),
  waiting: z.array(SlotAnswer),
});
export type Outbox = z.infer<typeof Outbox>;

export const EMPTY_OUTBOX: Outbox = { sealed: [], waiting: [] };

/** The most answers the server takes at once. */
const LARGEST_BATCH = 64;

/** Adds answers. What waits for the same slot is replaced; what was sent is corrected by what comes after it. */
export function put({ sealed, waiting }: Outbox, answers: readonly SlotAnswer[]): Outbox {
  return { sealed, waiting: [...waiting.filter((one) => !holds(answers, one)), ...answers] };
}

/** Takes back what was not sent yet. */
export function retract({ sealed, waiting }: Outbox, slots: readonly SlotName[]): Outbox {
  return { sealed, waiting: waiting.filter((one) => !holds(slots, one)) };
}

/** Makes the next batch under this key, where none is on its way and something waits. */
export function seal(outbox: Outbox, key: string): Outbox {
  const { sealed, waiting } = outbox;
  if (sealed.length > 0 || waiting.length === 0) return outbox;
  return {
    sealed: [{ key, answers: waiting.slice(0, LARGEST_BATCH), page: false }],
    waiting: waiting.slice(LARGEST_BATCH),
  };
}

/** Makes a finished page a batch of its own, behind those that are on their way. */
export function sealPage({ sealed, waiting }: Outbox, key: string, answers: readonly SlotAnswer[]): Outbox {
  return { sealed: [...sealed, { key, answers: [...answers], page: true }], waiting };
}

/** The server has replied to the first batch. */
export function settle({ sealed, waiting }: Outbox): Outbox {
  return { sealed: sealed.slice(1), waiting };
}

/**
 * The first batch was refused whole: each of its answers becomes a batch of its own, so that one which the server can't
 * read does not hold up the others.
 */
export function split({ sealed: [first, ...others], waiting }: Outbox): Outbox {
  const parts = (first?.answers ?? []).map((one, place) => ({
    key: `${first?.key}.${place}`,
    answers: [one],
    page: false,
  }));
  return { sealed: [...parts, ...others], waiting };
}

/** What another window left behind goes first, then one's own. */
export function adopt(own: Outbox, left: Outbox): Outbox {
  return put({ sealed: [...left.sealed, ...own.sealed], waiting: left.waiting }, own.waiting);
}

export function pending({ sealed, waiting }: Outbox): number {
  return waiting.length + sealed.reduce((sum, { answers }) => sum + answers.length, 0);
}

/** Whether an answer of this slot is not with the server yet. */
export function isPending({ sealed, waiting }: Outbox, slot: SlotName): boolean {
  return holds(waiting, slot) || sealed.some(({ answers }) => holds(answers, slot));
}
