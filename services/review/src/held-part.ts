import { humanAnswers } from "@anyone/db/human-answers";
import { reviewSlots } from "@anyone/db/review-slots";
import type { PageFacts, ReviewTask } from "@anyone/db/review-tasks";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import type { Sql } from "@anyone/domain/transaction";

const ENDED = ["done", "closed", "skipped"];

/**
 * What of a leased page is still to be answered by who holds it: not what others answered of it question by question,
 * which is among its facts instead, nor what somebody else has now.
 */
export async function heldPart(
  sql: Sql,
  protocol: Protocol,
  task: ReviewTask,
  facts: PageFacts,
): Promise<{ task: ReviewTask; facts: PageFacts }> {
  const slots = await reviewSlots.ofPage(sql, task.number);
  const gone = new Set(
    slots.filter(({ state, apart }) => apart || ENDED.includes(state)).map(({ category }) => category),
  );
  if (gone.size === 0) return { task, facts };
  const value = protocol.categories.map(({ n, index }) =>
    task.categories.includes(n) ? NOT_ASKED : (facts.value?.[index] ?? NOT_ASKED),
  );
  const confidence = protocol.categories.map(({ index }) => facts.confidence?.[index] ?? 0);
  for (const said of (await humanAnswers.standingOn(sql, protocol.identity, [task.id])).get(task.id) ?? []) {
    value[said.category - 1] = said.value;
    confidence[said.category - 1] = 1000;
  }
  for (const { category, state } of slots)
    if (state === "leased" || state === "waiting") {
      value[category - 1] = facts.value?.[category - 1] ?? NOT_ASKED;
      confidence[category - 1] = facts.confidence?.[category - 1] ?? 0;
    }
  return {
    task: { ...task, categories: task.categories.filter((n) => !gone.has(n)) },
    facts: { ...facts, value, confidence },
  };
}
