import { z } from "zod";

/** Name and number, as `embedded-3`: a family's versions share the name, 0 is as it came, others their iteration's. */
const Version = z.string().regex(/^[a-z][a-z0-9-]{0,40}-0$/, "lower-case letters, digits and dashes, ending in -0");
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const common = {
  format: z.literal(1),
  version: Version,
  model: z.string().min(1).max(200),
  tier: z.enum(["paper", "modern", "embedded"]),
  /** Questions of the head, the feet and so on see a crop of these instead of the person. */
  crops: z.boolean().optional(),
};

/**
 * The file of a labeller that is a large model (see anyone_gpu/annotate/vlm_file.py): weights in a folder of the worker, or a
 * server whose address only the worker's environment says.
 */
export const LargeLabeller = z.discriminatedUnion("adapter", [
  z.strictObject({
    ...common,
    adapter: z.enum(["instructblip", "transformers"]),
    /** Below MODELS_DIR/vlm. */
    folder: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,60}$/),
    files: z.record(z.string().max(300), Sha256),
  }),
  z.strictObject({ ...common, adapter: z.literal("openai"), stream: z.boolean().optional() }),
]);
export type LargeLabeller = z.infer<typeof LargeLabeller>;
