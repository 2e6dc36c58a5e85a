import { z } from "zod";
import { operation } from "./operation.ts";

const Lack = z.object({
  category: z.string(),
  option: z.string(),
  /** Counted assets that show it, and how many should at least. */
  have: z.number().int(),
  want: z.number().int(),
  /** Its share of all that is missing; over all options they sum to 1. */
  weight: z.number(),
  /** What is searched for to find it; null where no words find it. */
  query: z.string().nullable(),
  /** The source that brings it most often; null while none did. */
  best: z.object({ sourceId: z.string(), brought: z.number().int(), rate: z.number() }).nullable(),
});
export type Lack = z.infer<typeof Lack>;

export const Missing = z.object({
  /** Assets with answers under the protocol in use, and how many of them were counted: a sample where there are very many. */
  assets: z.number().int(),
  counted: z.number().int(),
  /** Options of which the pool has too few examples, those that lack most first. */
  items: z.array(Lack),
  /** The sources that the pool's watch crawls: how much of its target each is given for what it brings of all that is missing. */
  sources: z.array(z.object({ sourceId: z.string(), searched: z.boolean(), weight: z.number() })),
});
export type Missing = z.infer<typeof Missing>;

export const missingApi = {
  getMissing: operation({
    path: "/v1/pool/missing",
    stage: "source",
    access: "operator",
    summary:
      "What the pool lacks: categories and options with too few examples, and the weights by which sourcing is aimed",
    answer: Missing,
  }),
} as const;
