import { z } from "zod";

const Accuracy = z.object({ n: z.number(), correct: z.number(), accuracy: z.number().nullable() });

/** What the scoring of an iteration leaves behind, as far as it is shown. */
const Scores = z.object({
  all: Accuracy,
  head: Accuracy,
  tail: Accuracy,
  majority: z.object({ all: Accuracy }),
  humanShare: z.object({ ofApplicable: z.number().nullable(), ofAll: z.number().nullable() }).optional(),
});

/** An accuracy of 0..1, null where nothing was scored yet. */
export function accuracyOf(scores: unknown, of: "all" | "head" | "tail" | "majority"): number | null {
  const read = Scores.safeParse(scores);
  if (!read.success) return null;
  return of === "majority" ? read.data.majority.all.accuracy : read.data[of].accuracy;
}

/** Human answers spent, as a share of answering everything that applies by hand. */
export function shareOf(scores: unknown): number | null {
  const read = Scores.safeParse(scores);
  return read.success ? (read.data.humanShare?.ofApplicable ?? null) : null;
}
