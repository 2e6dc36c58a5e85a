import { z } from "zod";
import { operation } from "./operation.ts";
import { Moment } from "./page.ts";

/** A figure with its 95 % interval. */
const Ranged = z.object({ value: z.number(), low: z.number(), high: z.number() });
/** `n`: the observations it rests on. */
const Estimate = Ranged.extend({ n: z.number().int() });
export type Estimate = z.infer<typeof Estimate>;

export const Savings = z.object({
  protocolId: z.string(),
  pool: z.number().int(),
  /** People who would answer each question if all was labelled by hand. */
  overlap: z.number().int(),
  applicablePerAsset: Estimate.nullable(),
  /** Answers of labelling all by hand: pool × questions that apply × overlap. */
  baseline: Ranged.nullable(),
  /** Answers people gave here, for whatever purpose; `lost` are those of annotators in quarantine. `imported` came out of files and are no part of `answers`. */
  spent: z.object({
    answers: z.number().int(),
    lost: z.number().int(),
    imported: z.number().int(),
    byPurpose: z.array(z.object({ purpose: z.string(), answers: z.number().int() })),
  }),
  share: Ranged.nullable(),
  /** Against all questions about every asset, each answered once: the paper's way of counting. */
  shareOfAll: z.number().nullable(),
  secondsPerAnswer: Estimate.nullable(),
  hours: z.object({ spent: Ranged, baseline: Ranged, saved: Ranged }).nullable(),
  money: z.object({ currency: z.string(), perHour: z.number(), spent: Ranged, saved: Ranged }).nullable(),
  /** Share of the labeller's answers that are right on the evaluation set; exact interval. */
  accuracy: Estimate.nullable(),
  labeller: z.string().nullable(),
  /** The pool's size from which on the answers given so far are at most 1 % of labelling all by hand. */
  onePercentAt: Ranged.nullable(),
});
export type Savings = z.infer<typeof Savings>;

const Annotator = z.object({
  name: z.string(),
  /** Whether the answers stand. */
  state: z.enum(["at-work", "quarantined"]),
  answers: z.number().int(),
  pages: z.number().int(),
  skipped: z.number().int(),
  firstAt: Moment,
  lastAt: Moment,
  /** Milliseconds an answer: quartiles; null where no time was sent. `rushed`: share that came too fast to have looked. */
  speed: z.object({
    quarter: z.number().nullable(),
    median: z.number().nullable(),
    threeQuarters: z.number().nullable(),
    rushed: Estimate.nullable(),
  }),
  /** Answers that are the same as another person's, of those that another gave to the same question. */
  agreement: Estimate.nullable(),
  /** 0 no better than chance, 1 always right, as far as others and the labeller tell. */
  skill: Estimate.nullable(),
  /** Known answers given right. */
  gold: Estimate.nullable(),
  /** Why this annotator's work should be looked at. Nobody is put into quarantine by it. */
  suspicions: z.array(z.enum(["skill", "gold", "speed"])),
});
export type Annotator = z.infer<typeof Annotator>;

const AnnotatorDetail = Annotator.extend({
  /** Days (UTC) with answers, oldest first. */
  days: z.array(z.object({ day: z.string(), answers: z.number().int(), seconds: z.number() })),
  /** Agreement with other people by question, the least first. */
  questions: z.array(z.object({ category: z.number().int(), agreement: Estimate, kappa: Estimate.nullable() })),
  /** Quarantines and their ends, latest first. */
  history: z.array(
    z.object({ state: z.enum(["quarantined", "restored"]), reason: z.string(), by: z.string(), at: Moment }),
  ),
  protocolId: z.string().nullable(),
});
export type AnnotatorDetail = z.infer<typeof AnnotatorDetail>;

const Reliability = z.object({
  protocolId: z.string().nullable(),
  /** Krippendorff's alpha over all questions. */
  alpha: Estimate.nullable(),
  questions: z.array(
    z.object({
      category: z.number().int(),
      alpha: Estimate.nullable(),
      /** Gwet's AC1. */
      ac1: Estimate.nullable(),
      /** Cohen's kappa of the labeller and the people who agree among themselves. */
      labellerKappa: Estimate.nullable(),
    }),
  ),
});
export type Reliability = z.infer<typeof Reliability>;

const byName = z.object({ name: z.string().min(1).max(100) });
const why = z.strictObject({ reason: z.string().trim().min(1).max(500) });
const Changed = z.object({
  name: z.string(),
  state: z.enum(["at-work", "quarantined"]),
  /** Answers that no longer stand, or stand again. */
  answers: z.number().int(),
  /** Pages put before others in place of the annotator's, or taken back. */
  pages: z.number().int(),
});

export const peopleApi = {
  savings: operation({
    path: "/v1/review/savings",
    stage: "review",
    access: "operator",
    summary: "The savings meter: what people's answers cost against labelling everything by hand",
    answer: Savings,
  }),
  reliability: operation({
    path: "/v1/review/reliability",
    stage: "review",
    access: "operator",
    summary: "How far people agree beyond chance: Krippendorff's alpha, Gwet's AC1 and Cohen's kappa by question",
    answer: Reliability,
  }),
  listAnnotators: operation({
    path: "/v1/review/annotators",
    stage: "review",
    access: "operator",
    summary: "Everybody who ever answered, with speed, agreement, skill and accuracy on known answers",
    answer: z.object({ items: z.array(Annotator) }),
  }),
  getAnnotator: operation({
    path: "/v1/review/annotators/:name",
    stage: "review",
    access: "operator",
    summary: "One annotator, with answers by day, agreement by question and the record of quarantines",
    params: byName,
    answer: AnnotatorDetail,
  }),
  addHoneypots: operation({
    method: "POST",
    path: "/v1/review/honeypots",
    stage: "review",
    access: "operator",
    summary:
      "Puts pages with known answers among those of the open iteration; refused where nothing is known well enough",
    body: z.strictObject({ count: z.number().int().min(1).max(10_000) }),
    answer: z.object({ iteration: z.number().int(), added: z.number().int(), assets: z.number().int() }),
    status: 201,
  }),
  quarantine: operation({
    method: "POST",
    path: "/v1/review/annotators/:name/quarantine",
    stage: "review",
    access: "operator",
    summary: "Takes an annotator's answers out of force and puts the same pages before others",
    params: byName,
    body: why,
    answer: Changed,
  }),
  restore: operation({
    method: "POST",
    path: "/v1/review/annotators/:name/restore",
    stage: "review",
    access: "operator",
    summary: "Ends a quarantine: the answers stand again",
    params: byName,
    body: why,
    answer: Changed,
  }),
} as const;
