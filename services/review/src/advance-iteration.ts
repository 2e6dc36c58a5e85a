import { iterationFacts } from "@anyone/db/iteration-facts";
import { type Iteration, type IterationPatch, iterations } from "@anyone/db/iterations";
import { type IterationState, nextStep } from "@anyone/domain/review/iteration";
import type { NextTask } from "@anyone/domain/tasks";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { advanceIteration as advance } from "@anyone/queues/jobs/review";
import { fineTuneLabeller } from "@anyone/queues/jobs/train";
import { annotateAgain } from "./annotate-again.ts";
import { closeIteration, giveUp } from "./close-iteration.ts";
import type { ReviewContext } from "./context.ts";
import { drawReviewTasks } from "./draw-review-tasks.ts";
import { drawTieBreaks } from "./draw-tie-breaks.ts";
import { scoreBefore, scoreIteration } from "./score-iteration.ts";

/** One tick: reads the facts, takes the step they allow, and nothing when something is still to be waited for. */
export async function advanceIteration(
  { iteration: number }: { iteration: number },
  context: ReviewContext,
): Promise<Outcome> {
  const iteration = await iterations.get(context.db, number);
  if (!iteration) return skipped("no-such-iteration");
  const step = nextStep(await iterationFacts.read(context.db, iteration));
  switch (step.do) {
    case "wait":
      return skipped(`waits-for-${step.for}`);
    case "give-up":
      return giveUp(iteration, step.reason);
    case "annotate":
      return annotateAgain(iteration, context);
    case "move":
      return moveOn(iteration, step.to, context);
  }
}

async function moveOn(iteration: Iteration, to: IterationState, context: ReviewContext): Promise<Outcome> {
  const { number, labellerBefore } = iteration;
  switch (to) {
    case "labelling":
      return drawReviewTasks(iteration, context);
    case "adjudicating":
      return drawTieBreaks(iteration, context);
    case "learning":
      return tick(
        iteration,
        to,
        { scores: await scoreBefore(iteration, context) },
        next(fineTuneLabeller, { iteration: number }),
      );
    case "annotating": {
      if (iteration.state === "learning") {
        return tick(iteration, to, { labellerAfter: await iterationFacts.labellerOf(context.db, number) });
      }
      // nothing was learned: the labeller stays the one before
      return tick(iteration, to, { labellerAfter: labellerBefore, scores: await scoreBefore(iteration, context) });
    }
    case "scoring":
      return tick(iteration, to, {});
    case "spreading":
      return scoreIteration(iteration, context);
    default:
      return closeIteration(iteration, context);
  }
}

/** A move that writes little but itself; what comes next is another task, or the next tick at once. */
function tick(
  { number, state: from }: Iteration,
  to: IterationState,
  patch: Pick<IterationPatch, "labellerAfter" | "scores">,
  then: NextTask = next(advance, { iteration: number, nudge: to }),
): Outcome {
  return done({
    write: async (tx) => {
      await iterations.move(tx, number, { from, to, ...patch });
    },
    next: [then],
  });
}
