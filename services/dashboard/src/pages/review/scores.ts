import type { IterationReport } from "@anyone/domain/review/report";

/** What the scoring of an iteration has found so far: the labeller before comes first, everything else at its end. */
export function reportOf(scores: unknown): Partial<IterationReport> {
  return typeof scores === "object" && scores !== null ? scores : {};
}
