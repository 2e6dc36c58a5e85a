import { addTasks } from "@anyone/db/add-tasks";
import type { OpenDatabase } from "@anyone/db/client";
import type { RunState, Runs } from "@anyone/db/runs";
import { RunId } from "@anyone/domain/ids";
import type { Done } from "@anyone/grpc/generated/anyone/v1/train";
import { next } from "@anyone/queues/job";
import { finishEvaluation } from "@anyone/queues/jobs/evaluate";
import { finishRun } from "@anyone/queues/jobs/train";

/**
 * Ends a run's attempt as its worker said, and writes the task that takes in its result in the same transaction.
 * Undefined when the attempt had lost its lease: then nothing was written, unless this very ending was stored before.
 */
export async function endRun(db: OpenDatabase, runs: Runs, said: Done): Promise<RunState | undefined> {
  return db.transaction(async (tx) => {
    const result = said.resultJson === "" ? null : (JSON.parse(said.resultJson) as unknown);
    const state = await runs.end(tx, said.runId, said.attempt, { outcome: said.outcome, reason: said.reason, result });
    if (state === undefined) return alreadyEnded(runs, said);
    if (state === "done" || state === "failed") await addTasks(tx, [await takingIn(runs, said.runId)]);
    return state;
  });
}

/** The worker did not hear our confirmation and says it again: the same attempt that has ended is confirmed again. */
async function alreadyEnded(runs: Runs, said: Done): Promise<RunState | undefined> {
  const run = await runs.get(said.runId);
  return run.attempt === said.attempt && run.state !== "leased" && run.state !== "cancelled" ? run.state : undefined;
}

async function takingIn(runs: Runs, id: string) {
  const { kind } = await runs.get(id);
  const runId = RunId.parse(id);
  return kind === "evaluation" ? next(finishEvaluation, { runId }) : next(finishRun, { runId });
}
