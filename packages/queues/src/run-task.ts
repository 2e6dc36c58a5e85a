import { fault } from "@anyone/domain/fault";
import type { Ending } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import type { CatalogEntry } from "./catalog.ts";
import { afterError, afterOutcome, afterSilence } from "./ending.ts";
import type { Outcome, TaskContext } from "./job.ts";
import type { Held, Leases } from "./leases.ts";

export interface RunContext {
  entry: CatalogEntry | undefined;
  /** What the service gives each handler. */
  context: object;
  leases: Leases;
  log: Logger;
}

/**
 * Runs the handler of a claimed task and says how the task ends; undefined when its lease is gone and it is no longer
 * ours to end. Work that has hung is left behind: it may go on, but nothing waits for it and nothing of it is kept.
 */
export async function runTask(held: Held, { entry, context, leases, log }: RunContext): Promise<Ending | undefined> {
  const { task, abort } = held;
  if (entry === undefined) return { end: "postponed", reason: `no handler for ${task.name} here`, delaySeconds: 5 };
  const { job, handler } = entry;
  const silence = afterSilence(job, task);
  if (silence) return silence;
  const payload = job.payload.safeParse(task.payload);
  if (!payload.success) return { end: "dead", reason: `bad-payload: ${describe(payload.error)}` };

  const taskContext: TaskContext = {
    taskId: task.id,
    attempt: task.attempts,
    signal: abort.signal,
    heartbeat: () => leases.extend(held),
    traceparent: task.traceparent,
  };
  const hung = fault("timeout", `It took longer than ${job.timeLimitSeconds} seconds.`);
  const limit = setTimeout(() => abort.abort(hung), job.timeLimitSeconds * 1000);
  try {
    const outcome = await orAbort(handler(payload.data, { ...context, ...taskContext }), abort.signal);
    return afterOutcome(task, outcome);
  } catch (error) {
    if (abort.signal.aborted && abort.signal.reason !== hung) return undefined;
    const { stage, name, id: taskId, attempts: attempt } = task;
    log.warn({ stage, name, taskId, attempt, err: error }, "task failed");
    return afterError(job, task, error);
  } finally {
    clearTimeout(limit);
  }
}

/** The work's outcome, or the signal's reason as soon as it is aborted. */
function orAbort(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(
      (outcome) => (signal.aborted ? reject(signal.reason) : resolve(outcome)),
      (error) => reject(signal.aborted ? signal.reason : error),
    );
  });
}

function describe(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join(".") || "payload"}: ${issue.message}` : "unreadable";
}
