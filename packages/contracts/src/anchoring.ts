import { z } from "zod";
import { operation } from "./operation.ts";

const Arm = z.object({
  pages: z.number().int(),
  answers: z.number().int(),
  /** Share of answers that were the labeller's own; null where there is none. */
  agreement: z.number().nullable(),
});

export const Anchoring = z.object({
  /** The protocol in use; null before the first. */
  protocolId: z.string().nullable(),
  shown: Arm,
  blind: Arm,
  /** Agreement on pages that show suggestions less that on blind ones, with its 95 % interval. */
  sway: z.object({ difference: z.number(), low: z.number(), high: z.number() }).nullable(),
});
export type Anchoring = z.infer<typeof Anchoring>;

/** How far the labeller's suggestions sway the people who see them. */
export const anchoringApi = {
  getAnchoring: operation({
    path: "/v1/review/anchoring",
    stage: "review",
    access: "operator",
    summary: "How much oftener people agree with the labeller where they see its answer than where they do not",
    answer: Anchoring,
  }),
} as const;
