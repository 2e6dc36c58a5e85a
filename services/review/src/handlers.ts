import type { Handlers } from "@anyone/queues/job";
import * as review from "@anyone/queues/jobs/review";
import { advanceIteration } from "./advance-iteration.ts";
import type { ReviewContext } from "./context.ts";
import { openIteration } from "./open-iteration.ts";
import { settleImported } from "./settle-imported.ts";

export const jobs = [review.openIteration, review.advanceIteration, review.settleImported] as const;

export const handlers = {
  "review.open-iteration": openIteration,
  "review.advance": advanceIteration,
  "review.settle-imported": settleImported,
} satisfies Handlers<typeof jobs, ReviewContext>;
