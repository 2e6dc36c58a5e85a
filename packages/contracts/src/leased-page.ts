import { type Answer, NOT_ASKED, unpack } from "@anyone/domain/annotate/answer";
import type { PartEvidence } from "@anyone/domain/annotate/evidence";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { LeasedTask } from "./review.ts";

/** One packed answer of a page: given on it, or taken by it as given. */
interface Packed {
  category: number;
  value: number;
  text?: string | undefined;
}

/** Answers by category id, as the gates read them: what a page takes as given, then what was given on it. */
export function answersOnPage(
  protocol: Protocol,
  { known }: Pick<LeasedTask, "known">,
  given: readonly Packed[],
): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (const { category: number, value, text } of [...known, ...given] as readonly Packed[]) {
    const category = protocol.categories[number - 1];
    const answer = category && value !== NOT_ASKED ? unpack(category, value, text) : null;
    if (category && answer) answers[category.id] = answer;
  }
  return answers;
}

/** A page's hint of what the picture shows, from its part map; null where there is none. */
export function evidenceOf({ partShares, cutParts }: Pick<LeasedTask, "partShares" | "cutParts">): PartEvidence | null {
  if (partShares.length === 0) return null;
  return { share: partShares, touchesBottom: partShares.map((_, part) => cutParts.includes(part)) };
}
