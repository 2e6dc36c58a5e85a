import { AssetId, ProtocolId } from "@anyone/domain/ids";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment } from "./page.ts";

export const ProtocolSummary = z.object({ id: z.string(), sha256: z.string(), createdAt: Moment });

/** A label protocol as it was loaded: `content` is the protocol file, which `@anyone/domain/annotate/protocol` reads. */
export const StoredProtocol = ProtocolSummary.extend({ content: Facts });
export type StoredProtocol = z.infer<typeof StoredProtocol>;

export const Labeller = z.object({
  id: z.string(),
  number: z.number().int(),
  protocolId: z.string(),
  model: z.string(),
  tier: z.string(),
  sha256: z.string().nullable(),
  iteration: z.number().int().nullable(),
  /** Human answers it learned from. */
  trainedOn: z.number().int(),
  facts: z.unknown(),
  createdAt: Moment,
  promotedAt: Moment.nullable(),
  /** Whether it is the one that answers now. */
  current: z.boolean(),
  /** Assets whose present answers it gave. */
  assets: z.number().int(),
});
export type Labeller = z.infer<typeof Labeller>;

export const AssetAnswer = z.object({
  /** 1..70 */
  category: z.number().int(),
  /** Option index; -1 not applicable, -2 not visible, -3 unsure, -4 other. `*.color`: main + 256 * (second + 1). */
  value: z.number().int(),
  /** 0..1 */
  confidence: z.number(),
  giver: z.enum(["nobody", "model", "person"]),
});
export type AssetAnswer = z.infer<typeof AssetAnswer>;

export const HumanAnswer = z.object({
  category: z.number().int(),
  value: z.number().int(),
  text: z.string().nullable(),
  reviewer: z.string(),
  iteration: z.number().int(),
  purpose: z.string(),
  milliseconds: z.number().int().nullable(),
  createdAt: Moment,
});
export type HumanAnswer = z.infer<typeof HumanAnswer>;

/** What an annotator wants an operator to look at. */
export const ReviewFlag = z.object({
  category: z.number().int(),
  reviewer: z.string(),
  note: z.string(),
  createdAt: Moment,
});

export const AssetAnswers = z.object({
  protocolId: z.string().nullable(),
  labeller: z.object({ id: z.string(), model: z.string(), tier: z.string() }).nullable(),
  answeredAt: Moment.nullable(),
  answers: z.array(AssetAnswer),
  human: z.array(HumanAnswer),
  /** Latest first. */
  flags: z.array(ReviewFlag),
});
export type AssetAnswers = z.infer<typeof AssetAnswers>;

export const annotateApi = {
  listProtocols: operation({
    path: "/v1/protocols",
    stage: "annotate",
    access: "annotator",
    summary: "Lists the label protocols that were loaded, latest first",
    answer: z.object({ items: z.array(ProtocolSummary) }),
  }),
  getProtocol: operation({
    path: "/v1/protocols/:id",
    stage: "annotate",
    access: "annotator",
    summary: "A label protocol; `current` is the latest",
    params: z.object({ id: ProtocolId }),
    answer: StoredProtocol,
  }),
  listLabellers: operation({
    path: "/v1/labellers",
    stage: "annotate",
    access: "operator",
    summary: "Lists the versions of the labeller",
    answer: z.object({ items: z.array(Labeller) }),
  }),
  getAnswers: operation({
    path: "/v1/assets/:id/answers",
    stage: "annotate",
    access: "operator",
    summary: "The answers of one asset: the settled ones with giver and confidence, and what people said",
    params: z.object({ id: AssetId }),
    answer: AssetAnswers,
  }),
  getDistribution: operation({
    path: "/v1/answers/distribution",
    stage: "annotate",
    access: "operator",
    summary: "How often each answer of one category stands in the pool, with its mean confidence",
    query: z.object({ category: z.coerce.number().int().min(1).max(70) }),
    answer: z.object({
      items: z.array(
        z.object({ value: z.number().int(), giver: z.string(), count: z.number().int(), confidence: z.number() }),
      ),
    }),
  }),
} as const;
