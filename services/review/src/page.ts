import type { PageFacts, ReviewTask } from "@anyone/db/review-tasks";
import { NOT_ASKED, unpackAll } from "@anyone/domain/annotate/answer";
import type { PartEvidence } from "@anyone/domain/annotate/evidence";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { Page } from "@anyone/domain/review/submission";

/** A packed answer as a page shows it. */
export interface Shown {
  category: number;
  value: number;
  /** 0..1 */
  confidence: number;
}

/** What a submission for this page is judged against. */
export function pageOf(protocol: Protocol, task: Pick<ReviewTask, "categories">, facts: PageFacts): Page {
  const known = protocol.categories.map(({ n, index }) =>
    task.categories.includes(n) ? NOT_ASKED : (facts.value?.[index] ?? NOT_ASKED),
  );
  return { protocol, categories: task.categories, known: unpackAll(protocol, known), evidence: evidenceOf(facts) };
}

/** Answers of categories the page does not ask: the gates of its own questions read them. */
export function knownAnswers(task: Pick<ReviewTask, "categories">, facts: PageFacts): Shown[] {
  return shown(facts, (category) => !task.categories.includes(category));
}

/** The labeller's answers to the page's own questions; never on a blind page, and an evaluation page is always blind. */
export function suggestions(task: Pick<ReviewTask, "categories" | "blind" | "purpose">, facts: PageFacts): Shown[] {
  if (task.blind || task.purpose === "evaluation") return [];
  return shown(facts, (category) => task.categories.includes(category));
}

function shown(facts: PageFacts, wanted: (category: number) => boolean): Shown[] {
  return (facts.value ?? []).flatMap((value, index) =>
    value !== NOT_ASKED && wanted(index + 1)
      ? [{ category: index + 1, value, confidence: (facts.confidence?.[index] ?? 0) / 1000 }]
      : [],
  );
}

/** The stored shares and cut parts as gates read them; null where no part map was measured. */
function evidenceOf({ partShares, cutParts }: PageFacts): PartEvidence | null {
  if (partShares.length === 0) return null;
  return { share: partShares, touchesBottom: partShares.map((_, id) => cutParts.includes(id)) };
}
