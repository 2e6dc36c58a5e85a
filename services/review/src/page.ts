import { humanAnswers } from "@anyone/db/human-answers";
import { type PageFacts, type ReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { NOT_ASKED, unpackAll } from "@anyone/domain/annotate/answer";
import type { PartEvidence } from "@anyone/domain/annotate/evidence";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { consensus } from "@anyone/domain/review/agreement";
import type { Page } from "@anyone/domain/review/submission";
import type { Sql } from "@anyone/domain/transaction";
import type { ReviewContext } from "./context.ts";

/** A packed answer as a page shows it. */
export interface Shown {
  category: number;
  value: number;
  /** 0..1 */
  confidence: number;
}

/**
 * A page's protocol and facts. What a tie-break takes as given is what people agree on about its asset, never what the
 * labeller says; an evaluation page asks everything and takes nothing as given.
 */
export async function readPage(
  sql: Sql,
  task: ReviewTask,
  protocols: ReviewContext["protocols"],
): Promise<{ protocol: Protocol; facts: PageFacts }> {
  const facts = await reviewTasks.pageFacts(sql, task);
  const protocol = await protocols.get(facts.protocolId);
  return { protocol, facts: await givenFacts(sql, protocol, task, facts) };
}

/** The facts of a page with what it takes as given in the place of the labeller's answers. */
export async function givenFacts(
  sql: Sql,
  protocol: Protocol,
  { purpose, assetId }: Pick<ReviewTask, "purpose" | "assetId">,
  facts: PageFacts,
): Promise<PageFacts> {
  if (purpose !== "tie-break") return facts;
  const ballot = (await humanAnswers.ballots(sql, protocol.identity, [assetId])).get(assetId);
  const value = ballot ? consensus(protocol, ballot).map((agreed) => agreed ?? NOT_ASKED) : null;
  return { ...facts, value, confidence: null, giver: null };
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

/** The labeller's answers to the page's own questions; never on a blind page, and what is measured by is always blind. */
export function suggestions(task: Pick<ReviewTask, "categories" | "blind" | "purpose">, facts: PageFacts): Shown[] {
  if (task.blind || task.purpose !== "sample") return [];
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
