import { reviewTasks } from "@anyone/db/review-tasks";
import { fault } from "@anyone/domain/fault";
import type { LeaseTaskRequest, LeaseTaskResponse } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { knownAnswers, readPage, suggestions } from "./page.ts";

const SECONDS = { least: 5, usual: 600, most: 3600 };

/** Leases the next page of questions to a reviewer: evaluation first, nothing when nothing waits for her. */
export async function leaseTask(
  request: LeaseTaskRequest,
  { db, protocols }: ReviewContext,
): Promise<LeaseTaskResponse> {
  const { reviewer, purpose } = request;
  if (!reviewer) throw fault("bad-input", "A page is leased to somebody: reviewer is missing.");
  if (!["", "evaluation", "tie-break", "sample"].includes(purpose)) {
    throw fault("bad-input", `There is no purpose "${purpose}".`, {
      hint: "Say evaluation, tie-break, sample, or nothing for any.",
    });
  }
  const seconds = Math.min(SECONDS.most, Math.max(SECONDS.least, request.leaseSeconds || SECONDS.usual));
  const task = await reviewTasks.lease(db, { reviewer, purpose: purpose || null, seconds });
  if (!task) return { task: undefined };
  const { facts } = await readPage(db, task, protocols);
  const { id, iteration, assetId, blind, categories, fence } = task;
  return {
    task: {
      id,
      iteration,
      assetId,
      purpose: task.purpose,
      blind,
      categories,
      fence,
      leaseUntil: task.leaseUntil?.toISOString() ?? "",
      suggestions: suggestions(task, facts),
      protocolId: facts.protocolId,
      known: knownAnswers(task, facts),
      partShares: facts.partShares,
      cutParts: facts.cutParts,
    },
  };
}
