import { createHash } from "node:crypto";
import { type NewSlotAnswer, slotAnswers } from "@anyone/db/slot-answers";
import { Fault, fault, sentence } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import type { AnswerSlotsRequest, AnswerSlotsResponse, SlotResult } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { type Grouped, grouped } from "./grouped.ts";
import { type Judged, judgeSlot, type SentAnswer } from "./judge-slot.ts";
import { openAndClose, readPages } from "./page-slots.ts";
import { writePages } from "./write-pages.ts";

const MOST = 64;
const CORRECTABLE = ["labelling", "adjudicating"];

/** The call: many submissions that arrive together are committed together, each answer judged on its own. */
export function answerSlots(context: ReviewContext): (request: AnswerSlotsRequest) => Promise<AnswerSlotsResponse> {
  const record: Grouped<readonly SentAnswer[], Judged[]> = grouped(
    (groups) =>
      context.db.transaction(async (tx) => {
        const judged = (await recordAnswers(tx, groups.flat(), context.protocols)).values();
        return groups.map((group) => group.map(() => judged.next().value as Judged));
      }),
    { most: 32, lanes: 2 },
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
  const locked = await slotAnswers.lockPages(tx, [...new Set(sent.map(({ taskId }) => taskId))]);
  const byId = new Map(locked.map((page) => [page.id, page]));
  const wanted = sent.flatMap(({ taskId, category }) => {
    const page = byId.get(taskId);
    return page ? [{ number: page.number, category }] : [];
  });
  const pages = await readPages(tx, locked, wanted, protocols);
  const before = new Map(
    (await slotAnswers.underKeys(tx, [...new Set(sent.map(({ key }) => key))])).map((row) => [
      `${row.idempotencyKey} ${row.category}`,
      row,
    ]),
  );
  const states = await heldIterations(tx, [...pages.values()]);
  const votes = sent.flatMap((one, place) => {
    const page = byId.get(one.taskId);
    return page && page.purpose !== "sample" ? [{ ...one, page, place }] : [];
  });
  const votedAt = votes.length > 0 ? await slotAnswers.votedBefore(tx, votes) : new Set<number>();
  const voted = new Set(votes.filter((_, at) => votedAt.has(at)).map(({ place }) => place));

  const answers: NewSlotAnswer[] = [];
  const corrected = new Set<string>();
  const judged = sent.map((one, place): Judged => {
    const found = pages.get(one.taskId);
    const verdict = judgeSlot(one, {
      pages: found,
      before: before.get(`${one.key} ${one.category}`),
      voted: voted.has(place),
      correctable: CORRECTABLE.includes(states.get(found?.page.iteration ?? 0) ?? ""),
    });
    if (!found || (verdict !== "recorded" && verdict !== "corrected")) return verdict;
    const { category, value, reviewer, key: idempotencyKey } = one;
    const row = { category, value, text: one.text ?? null, reviewer, idempotencyKey };
    const turn = answers.filter(({ page, category: n }) => page.id === one.taskId && n === category).length;
    answers.push({ ...row, page: found.page, milliseconds: one.milliseconds ?? null, turn });
    const slot = found.slots.get(category);
    if (slot) Object.assign(slot, { state: "done", reviewer });
    found.said.set(category, { ...row, taskId: one.taskId });
    found.changed.add(category);
    if (verdict === "corrected") corrected.add(one.taskId);
    openAndClose(found, reviewer);
    return verdict;
  });
  await writePages(tx, [...pages.values()], answers, corrected);
  return judged;
}

/** States of iterations some answers of which may be corrected here: they stay until this is committed. */
async function heldIterations(
  tx: Transaction,
  pages: readonly { page: { iteration: number }; slots: ReadonlyMap<number, { state: string }> }[],
): Promise<Map<number, string>> {
  const numbers = pages
    .filter(({ slots }) => [...slots.values()].some(({ state }) => state === "done"))
    .map(({ page }) => page.iteration);
  return numbers.length > 0 ? slotAnswers.holdIterations(tx, [...new Set(numbers)]) : new Map();
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
