import { VOIDS } from "@anyone/domain/annotate/compare-protocols";
import { LargeLabeller } from "@anyone/domain/annotate/large-labeller";
import { AssetId, ProtocolId } from "@anyone/domain/ids";
import { LICENCE_IDS } from "@anyone/domain/release/licence";
import { z } from "zod";
import { operation } from "./operation.ts";
import { Facts, Moment } from "./page.ts";

export const ProtocolSummary = z.object({
  id: z.string(),
  sha256: z.string(),
  createdAt: Moment,
  /** When it was last put in use, and by whom; null where nobody ever did. */
  usedAt: Moment.nullable(),
  usedBy: z.string().nullable(),
  /** The next iteration opens under it, and what is kept from now on is asked its questions. */
  inUse: z.boolean(),
});
export type ProtocolSummary = z.infer<typeof ProtocolSummary>;

/** What becomes of one category between two versions; `before` is null for a new one, `after` for a removed one. */
export const CategoryChange = z.object({
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Why its evidence does not carry over; empty where it does. */
  voids: z.array(z.enum(VOIDS)),
  added: z.array(z.string()),
  mapped: z.array(z.object({ from: z.string(), to: z.string() })),
  lost: z.array(z.string()),
});

/** How answers under one version become answers under another. */
export const ProtocolComparison = z.object({
  from: z.string(),
  to: z.string(),
  changes: z.array(CategoryChange),
  /** Category numbers whose evidence stands, in the one and the other version. */
  kept: z.array(z.object({ before: z.number().int(), after: z.number().int() })),
  /** What the change asks of the version number. */
  step: z.enum(["major", "minor", "patch"]),
});
export type ProtocolComparison = z.infer<typeof ProtocolComparison>;

export const ProtocolUse = z.object({
  id: z.string(),
  /** What was in use before; null where nothing was. */
  before: z.string().nullable(),
  /** From the one before to this one; null where they are the same, or of different names: then nothing carries over. */
  comparison: ProtocolComparison.nullable(),
  /** An iteration that is open and goes on under the protocol it opened with. */
  openIteration: z.object({ number: z.number().int(), protocolId: z.string() }).nullable(),
});
export type ProtocolUse = z.infer<typeof ProtocolUse>;

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
  /** Number from 1 in its protocol. */
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
  /** The answers as sentences for people; null where there are none. */
  plain: z.string().nullable(),
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
    summary: "Lists the label protocols that were loaded, the one in use first",
    answer: z.object({ items: z.array(ProtocolSummary) }),
  }),
  getProtocol: operation({
    path: "/v1/protocols/:id",
    stage: "annotate",
    access: "annotator",
    summary: "A label protocol; `current` is the one in use",
    params: z.object({ id: ProtocolId }),
    answer: StoredProtocol,
  }),
  publishProtocol: operation({
    method: "POST",
    path: "/v1/protocols",
    stage: "annotate",
    access: "operator",
    summary: "Checks and stores a label protocol, under its name and version for good; the same again changes nothing",
    body: z.strictObject({ content: Facts }),
    answer: StoredProtocol,
    status: 201,
  }),
  compareProtocols: operation({
    path: "/v1/protocols/:id/changes",
    stage: "annotate",
    access: "operator",
    summary: "What becomes of each category from version `from` to this one: what carries over, and what is void",
    params: z.object({ id: ProtocolId }),
    query: z.object({ from: ProtocolId }),
    answer: ProtocolComparison,
  }),
  useProtocol: operation({
    method: "POST",
    path: "/v1/protocols/:id/use",
    stage: "annotate",
    access: "operator",
    summary: "Puts a protocol in use: the next iteration opens under it; one that is open keeps its own",
    params: z.object({ id: ProtocolId }),
    body: z.strictObject({}),
    answer: ProtocolUse,
  }),
  listLabellers: operation({
    path: "/v1/labellers",
    stage: "annotate",
    access: "operator",
    summary: "Lists the versions of the labeller",
    answer: z.object({ items: z.array(Labeller) }),
  }),
  addLabeller: operation({
    method: "POST",
    path: "/v1/labellers",
    stage: "annotate",
    access: "operator",
    summary: "Registers a large model as a labeller of the protocol in use; it answers once it is put in use",
    body: z.strictObject({
      content: LargeLabeller,
      licence: z.enum(LICENCE_IDS),
      /** Where its weights come from, or the server's model. */
      source: z.string().max(500),
    }),
    answer: z.object({ id: z.string(), sha256: z.string(), protocolId: z.string() }),
    status: 201,
  }),
  useLabeller: operation({
    method: "POST",
    path: "/v1/labellers/:id/use",
    stage: "annotate",
    access: "operator",
    summary: "Puts a version of the labeller in use, a new one as one from before; an open iteration keeps its own",
    params: z.object({ id: z.string().max(100) }),
    body: z.strictObject({}),
    answer: z.object({ id: z.string() }),
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
    summary: "How often each answer of one category stands under the protocol in use, with its mean confidence",
    query: z.object({ category: z.coerce.number().int().min(1).max(10_000) }),
    answer: z.object({
      items: z.array(
        z.object({ value: z.number().int(), giver: z.string(), count: z.number().int(), confidence: z.number() }),
      ),
    }),
  }),
} as const;
