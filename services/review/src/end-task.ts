import { recordEvent } from "@anyone/db/events";
import { reviewTasks } from "@anyone/db/review-tasks";
import type { ReleaseTaskRequest, SkipTaskRequest } from "@anyone/grpc/generated/anyone/v1/review";
import type { ReviewContext } from "./context.ts";
import { heldTask } from "./held-task.ts";
import { endPage } from "./submit-answers.ts";

/** Gives a leased page back unanswered: somebody else gets it. */
export async function releaseTask(request: ReleaseTaskRequest, { db }: ReviewContext): Promise<Record<string, never>> {
  await db.transaction(async (tx) => {
    const task = await heldTask(tx, request);
    await reviewTasks.giveBack(tx, task);
  });
  return {};
}

/** Ends a leased page without answers: its asset cannot be judged. An evaluation page skipped is not scored. */
export async function skipTask(request: SkipTaskRequest, { db }: ReviewContext): Promise<Record<string, never>> {
  await db.transaction(async (tx) => {
    const task = await heldTask(tx, request);
    await endPage(tx, task, "skipped");
    await recordEvent(tx, {
      stage: "review",
      kind: "page-skipped",
      text: `${request.reviewer} skipped a page: ${request.reason || "no reason given"}`,
      data: { taskId: task.id, assetId: task.assetId, reason: request.reason },
    });
  });
  return {};
}
