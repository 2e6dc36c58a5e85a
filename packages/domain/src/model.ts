import { z } from "zod";

/** What a model may do in the platform: each slot has adapters of several tiers. */
export const SLOTS = [
  "person",
  "face",
  "keypoints",
  "foreground",
  "parsing",
  "fake-person",
  "quality-global",
  "quality-face",
  "preference",
  "aesthetic",
  "watermark",
  "nsfw",
  "vlm",
  "text-image",
  "inception",
  "diffusion",
] as const;
export const Slot = z.enum(SLOTS);
export type Slot = z.infer<typeof Slot>;

/**
 * `paper`: the paper's own model; `modern`: a better one with a permissive licence; `embedded`: ships in a package or
 * is trained by us on the drawn world; `heuristic`: a rule, not a model; `none`: the slot is empty, nothing is measured.
 */
export const Tier = z.enum(["paper", "modern", "embedded", "heuristic", "none"]);
export type Tier = z.infer<typeof Tier>;

/** Who measured: stored beside every score, answer and metric. */
export const ModelIdentity = z.object({
  slot: Slot,
  model: z.string(),
  version: z.string(),
  sha256: z.string(),
  tier: Tier,
  /** Of its weights, for the algebra of licences: it reaches what the model made. Absent where nobody stated one. */
  licence: z.string().optional(),
});
export type ModelIdentity = z.infer<typeof ModelIdentity>;
