import { Fault, sentence, worthRetry } from "@anyone/domain/fault";
import { mayFollow } from "@anyone/domain/flywheel";
import type { ClaimedTask, Ending } from "@anyone/domain/tasks";
import type { Job, Outcome } from "./job.ts";

/** What becomes of a task, decided from what is known about it. No clock, no server: rules only. */

/** After the handler returned: its outcome, unless it names a successor that may not follow. */
export function afterOutcome(task: Pick<ClaimedTask, "stage" | "traceparent">, outcome: Outcome): Ending {
  switch (outcome.outcome) {
    case "skipped":
      return { end: "skipped", reason: outcome.reason };
    case "postponed":
      return { end: "postponed", reason: outcome.reason, delaySeconds: outcome.delaySeconds };
    case "done": {
      const astray = outcome.next.find((next) => !mayFollow(task.stage, next.stage));
      if (astray) return { end: "dead", reason: `illegal-edge: ${astray.id} may not follow ${task.stage}` };
      const next = outcome.next.map((one) => ({
        ...one,
        traceparent: one.traceparent ?? task.traceparent ?? undefined,
      }));
      return { end: "done", write: outcome.write, next };
    }
  }
}

/**
 * After an error. What something else is to blame for (a server that is away, a limit, a key that was changed) costs no
 * attempt, however long it lasts. The rest is tried again until the attempts are spent; then the chunk is taken apart.
 */
export function afterError(job: Job, task: ClaimedTask, error: unknown): Ending {
  const reason = `${error instanceof Fault ? error.code : "error"}: ${sentence(error)}`;
  if (error instanceof Fault && PASSING.has(error.code)) {
    return { end: "postponed", reason, delaySeconds: backoff(task.fence) };
  }
  if (!worthRetry(error) || task.attempts >= job.attempts) return takeApart(job, task, reason);
  return { end: "retry", reason, delaySeconds: backoff(task.attempts) };
}

/** When a claim finds the attempts spent: those before it ended without a word, as when their process was killed. */
export function afterSilence(job: Job, task: ClaimedTask): Ending | undefined {
  if (task.attempts <= job.attempts) return undefined;
  return takeApart(job, task, `no-result: ${task.attempts - 1} attempts ended without a result`);
}

const PASSING = new Set(["unavailable", "too-many-requests", "bad-environment"]);

/**
 * Halves a chunk until the item that spoils it stands alone; that one is dead. A half has one attempt before it is
 * halved again, a single item has them all: so nothing dies for its neighbour.
 */
function takeApart(job: Job, task: ClaimedTask, reason: string): Ending {
  const payload = task.payload as Record<string, unknown>;
  const items = job.chunk === undefined ? undefined : payload[job.chunk];
  if (job.chunk === undefined || !Array.isArray(items) || items.length < 2) return { end: "dead", reason };
  const middle = Math.ceil(items.length / 2);
  const parts = [items.slice(0, middle), items.slice(middle)].map((half) => ({
    payload: { ...payload, [job.chunk as string]: half },
    attempts: half.length > 1 ? job.attempts - 1 : 0,
  }));
  return { end: "split", reason, parts };
}

/** 1, 2, 4 … 60 seconds. */
function backoff(times: number): number {
  return Math.min(60, 2 ** (Math.min(times, 7) - 1));
}
