import { z } from "zod";

/** The operator's setting of how a large labeller is fine-tuned; what is absent is as the model's authors did. */
export const LABELLER_TUNING = "train.labeller";
export const LabellerTuning = z.strictObject({
  /** `qformer`: InstructBLIP's own way; `lora`: low-rank updates; `full`: every parameter. */
  method: z.enum(["qformer", "lora", "full"]).optional(),
  steps: z.int().min(1).max(1_000_000).optional(),
  /** Answers a step. */
  batch: z.int().min(1).max(1024).optional(),
  /** Highest learning rate. */
  peak: z.number().positive().max(1).optional(),
});
export type LabellerTuning = z.infer<typeof LabellerTuning>;
