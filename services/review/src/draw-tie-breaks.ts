import { evaluationSets } from "@anyone/db/evaluation-sets";
import { recordEvent } from "@anyone/db/events";
import { humanAnswers } from "@anyone/db/human-answers";
import { type Iteration, iterations } from "@anyone/db/iterations";
import { type NewReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { disagreements } from "@anyone/domain/review/agreement";
import { done, next, type Outcome } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { ReviewContext } from "./context.ts";
import { slotPages } from "./slot-pages.ts";

/**
 * Puts what people disagree on about the evaluation set before one more person, once. Nothing of it is shown: a third
 * blind answer makes a majority, a third opinion about two shown ones makes a judge.
 */
export async function drawTieBreaks(iteration: Iteration, { db, protocols }: ReviewContext): Promise<Outcome> {
  const { number, protocolId, evaluationSetId } = iteration;
  const protocol = await protocols.get(protocolId);
  const items = evaluationSetId ? await evaluationSets.items(db, evaluationSetId) : [];
  const ballots = await humanAnswers.ballots(
    db,
    protocolId,
    items.map(({ assetId }) => assetId),
  );
  const tasks = [...ballots].flatMap(([assetId, ballot]): NewReviewTask[] => {
    const categories = disagreements(protocol, ballot);
    const id = `${number}.tie-break.${assetId}`;
    return categories.length === 0
      ? []
      : [{ id, iteration: number, assetId, purpose: "tie-break", categories, blind: true }];
  });
  return done({
    write: async (tx) => {
      if (!(await iterations.move(tx, number, { from: "labelling", to: "adjudicating" }))) return;
      await reviewTasks.plan(tx, tasks);
      await slotPages(tx, protocols);
      if (tasks.length === 0) return;
      await recordEvent(tx, {
        stage: "review",
        kind: "tie-breaks-drawn",
        text: `Iteration ${number}: people disagree about ${tasks.length} evaluation images; one more answers what they differ in`,
        data: { iteration: number, pages: tasks.length },
      });
    },
    next: tasks.length === 0 ? [next(advanceIteration, { iteration: number, nudge: "agreed" })] : [],
  });
}
