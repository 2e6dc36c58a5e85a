import { createHash } from "node:crypto";
import { type NewSlotAnswer, slotAnswers } from "@anyone/db/slot-answers";
import { Fault, fault, sentence } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import type { AnswerSlotsRequest, AnswerSlotsResponse, SlotResult } from "@anyone/grpc/generated/anyone/v1/review";
import { batched } from "@anyone/queues/batch";
import type { ReviewContext } from "./context.ts";
import { type Judged, judgeSlot, type SentAnswer } from "./judge-slot.ts";
import { endSlot, holdPages, type PageSlots } from "./page-slots.ts";
import { writePages } from "./write-pages.ts";

const MOST = 64;
const CORRECTABLE = ["labelling", "adjudicating"];

/** The call: many submissions that arrive together are committed together, each answer judged on its own. */
export function answerSlots(context: ReviewContext): (request: AnswerSlotsRequest) => Promise<AnswerSlotsResponse> {
  const record = batched<readonly SentAnswer[], Judged[]>(
    (groups) =>
      context.db.transaction(async (tx) => {
        const judged = (await recordAnswers(tx, groups.flat(), context.protocols)).values();
        return groups.map((group) => group.map(() => judged.next().value as Judged));
      }),
    { apart: true },
  );
  return async (request) => {
    const sent = readRequest(request);
    const first = new Map(sent.map((one) => [slotOf(one), one] as const).reverse());
    const once = sent.filter((one) => first.get(slotOf(one)) === one);
    const judged = new Map((await record(once)).map((verdict, place) => [once[place], verdict]));
    return { results: sent.map((one) => resultOf(one, judged.get(one) ?? TWICE)) };
  };
}

const TWICE = fault("bad-input", "This question is answered twice in one submission.", {
  hint: "The first one counts.",
});

function slotOf({ taskId, category }: SentAnswer): string {
  return `${taskId} ${category}`;
}

/**
 * Records answers to leased slots in one transaction: one statement each for all pages, slots and rows, however many
 * answers there are. Returns what became of each, in order; a refused one writes nothing.
 */
export async function recordAnswers(
  tx: Transaction,
  sent: readonly SentAnswer[],
  protocols: ReviewContext["protocols"],
): Promise<Judged[]> {
  const pages = await holdPages(tx, sent, protocols);
  const states = await heldIterations(tx, sent, pages);
  const answers: NewSlotAnswer[] = [];
  const judged = sent.map((one): Judged => {
    const held = pages.get(one.taskId);
    const verdict = judgeSlot(one, held, CORRECTABLE.includes(states.get(held?.page.iteration ?? 0) ?? ""));
    if (!held || (verdict !== "recorded" && verdict !== "corrected")) return verdict;
    const { category, value, reviewer, key, text = null, milliseconds = null } = one;
    const turn = answers.filter(({ page, category: n }) => page.id === one.taskId && n === category).length;
    answers.push({ page: held.page, category, value, text, milliseconds, reviewer, idempotencyKey: key, turn });
    held.said.set(category, { value, text, reviewer, key });
    endSlot(held, category, "done", reviewer);
    return verdict;
  });
  await writePages(tx, [...pages.values()], answers);
  return judged;
}

/** States of iterations some answers of which may be corrected here: they stay until this is committed. */
async function heldIterations(
  tx: Transaction,
  sent: readonly SentAnswer[],
  pages: ReadonlyMap<string, PageSlots>,
): Promise<Map<number, string>> {
  const corrected = new Set<number>();
  const before = new Set<string>();
  for (const one of sent) {
    const held = pages.get(one.taskId);
    const again = before.has(slotOf(one)) || held?.slots.get(one.category)?.state === "done";
    before.add(slotOf(one));
    if (held && again) corrected.add(held.page.iteration);
  }
  return corrected.size > 0 ? slotAnswers.holdIterations(tx, [...corrected]) : new Map();
}

function readRequest({ reviewer, idempotencyKey, answers }: AnswerSlotsRequest): SentAnswer[] {
  if (!reviewer) throw fault("bad-input", "Answers are somebody's: reviewer is missing.");
  if (idempotencyKey.length < 8)
    throw fault("bad-input", "A submission needs an idempotency key of at least 8 characters.");
  if (answers.length === 0 || answers.length > MOST)
    throw fault("bad-input", `A submission holds 1 to ${MOST} answers, not ${answers.length}.`);
  return answers.map(({ text, ...answer }) => ({
    ...answer,
    text: text || undefined,
    reviewer,
    // one submission may answer the same question of many pages: each has a key of its own
    key: createHash("sha256").update(`${idempotencyKey} ${answer.taskId}`).digest("base64url"),
  }));
}

function resultOf({ taskId, category }: SentAnswer, judged: Judged): SlotResult {
  return judged instanceof Fault
    ? { taskId, category, state: "refused", code: judged.code, detail: sentence(judged) }
    : { taskId, category, state: judged, code: "", detail: "" };
}
