import { type LeaseWanted, type ReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { fault } from "@anyone/domain/fault";
import type { LeaseTaskRequest, LeaseTaskResponse } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { heldPart } from "./held-part.ts";
import { knownAnswers, readPage, suggestions } from "./page.ts";
import { endPage } from "./submit-answers.ts";

const SECONDS = { least: 5, usual: 600, most: 3600 };

/**
 * Leases the next page of questions to a reviewer: evaluation first, nothing when nothing waits for her. A sample's page whose asset has left the
 * pool is skipped. One that was leased before that may be finished: what was said of it is kept, and counts again should the asset come back.
 */
export async function leaseTask(request: LeaseTaskRequest, context: ReviewContext): Promise<LeaseTaskResponse> {
  const wanted = wantedLease(request);
  const leased = await leaseShown(wanted, context);
  if (!leased) return { task: undefined };
  const { protocol, facts: all } = await readPage(context.db, leased, context.protocols);
  const { task, facts } = await heldPart(context.db, protocol, leased, all);
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

/**
 * Who wants a lease, of what purpose (null: any), for how many seconds within bounds.
 *
 * @throws Fault `bad-input` without a reviewer, or for a purpose that does not exist.
 */
export function wantedLease({
  reviewer,
  purpose,
  leaseSeconds,
}: Pick<LeaseTaskRequest, "reviewer" | "purpose" | "leaseSeconds">): LeaseWanted {
  if (!reviewer) throw fault("bad-input", "A page is leased to somebody: reviewer is missing.");
  if (!["", "evaluation", "tie-break", "sample"].includes(purpose)) {
    throw fault("bad-input", `There is no purpose "${purpose}".`, {
      hint: "Say evaluation, tie-break, sample, or nothing for any.",
    });
  }
  const seconds = Math.min(SECONDS.most, Math.max(SECONDS.least, leaseSeconds || SECONDS.usual));
  return { reviewer, purpose: purpose || null, seconds };
}

/** Each page in a transaction of its own: one that is skipped stays so. */
async function leaseShown(wanted: LeaseWanted, { db }: ReviewContext): Promise<ReviewTask | undefined> {
  for (;;) {
    const { task, skipped } = await db.transaction(async (tx) => {
      const task = await reviewTasks.lease(tx, wanted);
      const skipped = task !== undefined && !(await reviewTasks.isShown(tx, task));
      if (skipped) await endPage(tx, task, "skipped");
      return { task, skipped };
    });
    if (!skipped) return task;
  }
}
