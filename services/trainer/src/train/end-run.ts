import { addTasks } from "@anyone/db/add-tasks";
import type { OpenDatabase } from "@anyone/db/client";
import type { EndedRun, RunState, Runs } from "@anyone/db/runs";
import { RunId } from "@anyone/domain/ids";
import type { NextTask } from "@anyone/domain/tasks";
import type { Done } from "@anyone/grpc/generated/anyone/v1/train";
import { next } from "@anyone/queues/job";
import { finishEvaluation } from "@anyone/queues/jobs/evaluate";
import { finishRun } from "@anyone/queues/jobs/train";

/**
 * Ends a run's attempt as its worker said, and writes the task that takes in its result in the same transaction.
 * Undefined when the attempt had lost its lease: then nothing was written, unless this very ending was stored before.
 */
export async function endRun(db: OpenDatabase, runs: Runs, said: Done): Promise<RunState | undefined> {
  const ending = readEnding(said);
  const ended = await db.transaction(async (tx) => {
    const run = await runs.end(tx, said.runId, said.attempt, ending);
    if (run && run.state !== "waiting") await addTasks(tx, [takeIn(run)]);
    return run;
  });
  return ended?.state ?? alreadyEnded(runs, said);
}

/** The task that takes in a run that is over, done or failed. */
export function takeIn({ id, kind }: Pick<EndedRun, "id" | "kind">): NextTask {
  const runId = RunId.parse(id);
  return kind === "evaluation" ? next(finishEvaluation, { runId }) : next(finishRun, { runId });
}

/** A result nobody can read is the worker's fault for good: it would say the same thing again. */
function readEnding({ outcome, reason, resultJson }: Done) {
  try {
    return { outcome, reason, result: resultJson === "" ? null : (JSON.parse(resultJson) as unknown) };
  } catch {
    return { outcome: "user_error", reason: "the worker's result is not JSON", result: null };
  }
}

/** The worker did not hear our confirmation and says it again: the same attempt that has ended is confirmed again. */
async function alreadyEnded(runs: Runs, { runId, attempt }: Done): Promise<RunState | undefined> {
  const run = await runs.find(runId);
  return run?.attempt === attempt && run.state !== "leased" && run.state !== "cancelled" ? run.state : undefined;
}
