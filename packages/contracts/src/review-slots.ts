import { ReviewTaskId } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { GivenAnswer, Purpose, ShownAnswer } from "./review.ts";

const category = z.number().int().min(1).max(70);
const fence = z.number().int().min(0).max(2_147_483_647);

/** A slot (one question of one page) under the lease that the fence stands for. */
const SlotLease = z.strictObject({ taskId: ReviewTaskId, category, fence });

/** One open question of one page, leased to who asked for it. */
export const LeasedSlot = z.object({
  taskId: z.string(),
  iteration: z.number().int(),
  assetId: z.string(),
  category: z.number().int(),
  purpose: Purpose,
  /** A blind slot shows no suggestion. */
  blind: z.boolean(),
  /** Given back with the answer: it is refused when the lease has gone to somebody else. */
  fence: z.number().int(),
  suggestion: z.object({ value: z.number().int(), confidence: z.number() }).nullable(),
  /** What stands about the same picture: of questions its page does not ask, and said on the page by anybody. */
  known: z.array(ShownAnswer),
  /** Share of the picture per part id, and the parts its lower border cuts. Empty: unknown. */
  partShares: z.array(z.number()),
  cutParts: z.array(z.number().int()),
});
export type LeasedSlot = z.infer<typeof LeasedSlot>;

/** Open slots of one category, each of another page. */
export const Grid = z.object({
  category: z.number().int(),
  protocolId: z.string(),
  /** When the first of its leases runs out. */
  leaseUntil: z.string(),
  slots: z.array(LeasedSlot),
});
export type Grid = z.infer<typeof Grid>;

/** As `GivenAnswer`; a text that is too long is refused alone, so that it costs no other answer. */
const SlotAnswer = SlotLease.extend({
  value: GivenAnswer.shape.value,
  text: z.string().trim().min(1).max(10_000).optional(),
  milliseconds: GivenAnswer.shape.milliseconds,
});

export const SlotResult = z.object({
  taskId: z.string(),
  category: z.number().int(),
  /** repeated: this answer stands already; corrected: it replaces an earlier one of the same person. */
  state: z.enum(["recorded", "repeated", "corrected", "refused"]),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
});
export type SlotResult = z.infer<typeof SlotResult>;

export const slotsApi = {
  leaseSlots: operation({
    method: "POST",
    path: "/v1/review/slots/lease",
    stage: "review",
    access: "annotator",
    summary: "Leases open slots of one category to the asking key; `grid` is null when nothing waits for it",
    body: z.strictObject({
      /** Without one, the category with most open slots of which the key may answer any. */
      category: category.optional(),
      limit: z.number().int().min(1).max(64).default(24),
      purpose: Purpose.optional(),
      leaseSeconds: z.number().int().min(5).max(3600).default(600),
    }),
    answer: z.object({ grid: Grid.nullable() }),
    perMinute: 6000,
  }),
  answerSlots: operation({
    method: "POST",
    path: "/v1/review/slots/answers",
    stage: "review",
    access: "annotator",
    summary: "Records answers to leased slots one by one: a refused one costs no other, and sent again nothing changes",
    headers: z.object({ "idempotency-key": z.string().min(8).max(100) }),
    body: z.strictObject({ answers: z.array(SlotAnswer).min(1).max(64) }),
    answer: z.object({ results: z.array(SlotResult) }),
    perMinute: 6000,
  }),
  releaseSlots: operation({
    method: "POST",
    path: "/v1/review/slots/release",
    stage: "review",
    access: "annotator",
    summary: "Gives leased slots back unanswered; those that somebody else has by now are left",
    body: z.strictObject({ slots: z.array(SlotLease).min(1).max(64) }),
    answer: z.object({ released: z.number().int() }),
  }),
  skipSlot: operation({
    method: "POST",
    path: "/v1/review/slots/skip",
    stage: "review",
    access: "annotator",
    summary: "Ends a leased slot without an answer, for good: this question can't be judged on this picture",
    body: SlotLease.extend({ reason: z.string().trim().min(1).max(500) }),
    answer: z.object({ skipped: z.literal(true) }),
  }),
  flagSlot: operation({
    method: "POST",
    path: "/v1/review/slots/flag",
    stage: "review",
    access: "annotator",
    summary: "Leaves a note for operators about a slot's picture; the slot stays as it is",
    // no lease is needed to say that something is wrong
    body: SlotLease.omit({ fence: true }).extend({ note: z.string().trim().min(1).max(1000) }),
    answer: z.object({ flagged: z.literal(true) }),
  }),
  listQuestions: operation({
    path: "/v1/review/questions",
    stage: "review",
    access: "annotator",
    summary: "What waits for people per category, and how many answers of it the asking key has given",
    answer: z.object({
      items: z.array(
        z.object({
          category: z.number().int(),
          /** Open slots; counting stops at 1,000. */
          open: z.number().int(),
          mine: z.number().int(),
        }),
      ),
    }),
  }),
} as const;
