import type { ReviewServiceImplementation } from "@anyone/grpc/generated/anyone/v1/review";
import { answerSlots } from "./answer-slots.ts";
import type { ReviewContext } from "./context.ts";
import { flagSlot, releaseSlots, skipSlot } from "./end-slots.ts";
import { releaseTask, skipTask } from "./end-task.ts";
import { leaseSlots } from "./lease-slots.ts";
import { leaseTask } from "./lease-task.ts";
import { openNextIteration } from "./open-iteration.ts";
import { getEvaluationSet, getIteration } from "./read-state.ts";
import { submitAnswers } from "./submit-answers.ts";
import { topUpEvaluationSet } from "./top-up-evaluation-set.ts";

/** The gRPC service: one function per call. */
export function reviewService(context: ReviewContext): ReviewServiceImplementation {
  return {
    leaseTask: (request) => leaseTask(request, context),
    submitAnswers: (request) => submitAnswers(request, context),
    releaseTask: (request) => releaseTask(request, context),
    skipTask: (request) => skipTask(request, context),
    leaseSlots: (request) => leaseSlots(request, context),
    answerSlots: answerSlots(context),
    releaseSlots: (request) => releaseSlots(request, context),
    skipSlot: (request) => skipSlot(request, context),
    flagSlot: (request) => flagSlot(request, context),
    openIteration: async (request) => ({ iteration: await openNextIteration(request, context) }),
    getIteration: (request) => getIteration(request, context),
    topUpEvaluationSet: (request) => topUpEvaluationSet(request, context),
    getEvaluationSet: (request) => getEvaluationSet(request, context),
  };
}
