import { ReviewTaskId } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { GivenAnswer, Purpose, ShownAnswer } from "./review.ts";

const category = z.number().int().min(1).max(70);
const fence = z.number().int().min(0).max(2_147_483_647);

/** One question about one asset, leased to who asked for it: a field of the grid. */
export const ReviewSlot = z.object({
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
  /** Answers that stand for other categories of this asset: what the question's gate reads. */
  known: z.array(ShownAnswer),
  /** Share of the picture per part id, and the parts its lower border cuts. Empty: unknown. */
  partShares: z.array(z.number()),
  cutParts: z.array(z.number().int()),
});
export type ReviewSlot = z.infer<typeof ReviewSlot>;

/** The same question about many assets. */
export const SlotGrid = z.object({
  category: z.number().int(),
  protocolId: z.string(),
  leaseUntil: z.string(),
  slots: z.array(ReviewSlot),
});
export type SlotGrid = z.infer<typeof SlotGrid>;

/** An answer to one slot; value, text and milliseconds as on a page. */
export const SlotAnswer = GivenAnswer.safeExtend({ taskId: ReviewTaskId, fence });
export type SlotAnswer = z.infer<typeof SlotAnswer>;

export const SlotResult = z.object({
  taskId: z.string(),
  category: z.number().int(),
  /** `corrected`: it replaced an earlier answer of the same person, which stays on record. */
  state: z.enum(["recorded", "repeated", "corrected", "refused"]),
  problem: z.object({ code: z.string(), detail: z.string() }).nullable(),
});
export type SlotResult = z.infer<typeof SlotResult>;

const slot = z.strictObject({ taskId: ReviewTaskId, category, fence });

export const reviewSlotsApi = {
  lease: operation({
    method: "POST",
    path: "/v1/review/slots/lease",
    stage: "review",
    access: "annotator",
    summary: "Leases one question about many assets to the asking key; `grid` is null when nothing waits",
    body: z.strictObject({
      /** Without it the server picks the question. */
      category: category.optional(),
      limit: z.number().int().min(1).max(64).default(24),
      purpose: Purpose.optional(),
      leaseSeconds: z.number().int().min(5).max(3600).default(600),
    }),
    answer: z.object({ grid: SlotGrid.nullable() }),
    perMinute: 6000,
  }),
  answer: operation({
    method: "POST",
    path: "/v1/review/slots/answers",
    stage: "review",
    access: "annotator",
    summary: "Records answers one by one; a later answer of the same person corrects hers before",
    headers: z.object({ "idempotency-key": z.string().min(8).max(100) }),
    body: z.strictObject({ answers: z.array(SlotAnswer).min(1).max(64) }),
    answer: z.object({ results: z.array(SlotResult) }),
    perMinute: 6000,
  }),
  release: operation({
    method: "POST",
    path: "/v1/review/slots/release",
    stage: "review",
    access: "annotator",
    summary: "Gives leased slots back unanswered",
    body: z.strictObject({ slots: z.array(slot).min(1).max(64) }),
    answer: z.object({ released: z.number().int() }),
    perMinute: 6000,
  }),
  skip: operation({
    method: "POST",
    path: "/v1/review/slots/skip",
    stage: "review",
    access: "annotator",
    summary: "Ends a leased slot without an answer, for good: this question can't be judged on this asset",
    body: slot.extend({ reason: z.string().trim().min(1).max(500) }),
    answer: z.object({ skipped: z.literal(true) }),
    perMinute: 6000,
  }),
  flag: operation({
    method: "POST",
    path: "/v1/review/slots/flag",
    stage: "review",
    access: "annotator",
    summary: "Asks somebody to look at a slot, with a note; it stays to be answered",
    body: slot.partial({ fence: true }).extend({ note: z.string().trim().min(1).max(500) }),
    answer: z.object({ flagged: z.literal(true) }),
    perMinute: 6000,
  }),
  questions: operation({
    path: "/v1/review/questions",
    stage: "review",
    access: "annotator",
    summary: "The questions that wait for people, with how many slots of each, and how many the asking key answered",
    answer: z.object({
      items: z.array(z.object({ category: z.number().int(), open: z.number().int(), mine: z.number().int() })),
    }),
  }),
} as const;
