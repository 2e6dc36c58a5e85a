import { type ReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";

/**
 * The page under a lease that still holds, locked until the transaction ends.
 *
 * @throws Fault `not-found`, `conflict` (already ended) or `lease-lost` (run out, or somebody else's).
 */
export async function heldTask(
  tx: Transaction,
  { taskId, reviewer, fence }: { taskId: string; reviewer: string; fence: number },
): Promise<ReviewTask> {
  const task = await reviewTasks.lock(tx, taskId);
  if (!task) throw fault("not-found", `There is no page ${taskId}.`);
  if (task.state === "done" || task.state === "skipped") {
    throw fault("conflict", `The page was ${task.state === "done" ? "answered" : "skipped"} already.`, {
      hint: "Lease the next one.",
    });
  }
  if (task.fence !== fence || task.reviewer !== reviewer) {
    throw fault("lease-lost", "This page's lease belongs to somebody else.", {
      hint: "Nothing was recorded; lease the next page.",
    });
  }
  if (!task.held) {
    throw fault("lease-lost", "This page's lease has run out.", {
      hint: "Nothing was recorded; lease the page again.",
    });
  }
  return task;
}
