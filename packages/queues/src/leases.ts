import { fault } from "@anyone/domain/fault";
import type { ClaimedTask, TaskStore } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import { startLoop } from "./loop.ts";

export interface Held {
  readonly task: ClaimedTask;
  /** Aborted when the lease is lost or given back. */
  readonly abort: AbortController;
}

interface Watched extends Held {
  /** By this process's monotonic clock, taken before the database set the lease: never later than the truth. */
  renewedAt: number;
}

export interface Leases {
  hold(task: ClaimedTask, claimedAt: number): Held;
  drop(held: Held): void;
  /** Extends one lease now; throws `lease-lost` when it is somebody else's. */
  extend(held: Held): Promise<void>;
  all(): Held[];
  stop(): Promise<void>;
}

/** Keeps the leases of tasks under way: each is extended when a third of it has passed, all that are due in one query. */
export function keepLeases(tasks: TaskStore, log: Logger): Leases {
  const watched = new Map<string, Watched>();

  async function extend(due: readonly Watched[]): Promise<void> {
    const asked = performance.now();
    const kept = await tasks.extend(due.map(({ task }) => task));
    for (const held of due) {
      if (kept.has(held.task.id)) held.renewedAt = asked;
      else lose(held);
    }
  }

  function lose(held: Watched): void {
    if (watched.get(held.task.id) !== held || held.abort.signal.aborted) return;
    log.warn({ stage: held.task.stage, taskId: held.task.id }, "lease lost");
    held.abort.abort(fault("lease-lost", `The lease of ${held.task.id} was lost.`));
  }

  const loop = startLoop("leases", log, async () => {
    const now = performance.now();
    const active = [...watched.values()].filter((held) => !held.abort.signal.aborted);
    const due = active.filter((held) => now - held.renewedAt > (held.task.leaseSeconds * 1000) / 3);
    try {
      if (due.length > 0) await extend(due);
    } catch (error) {
      // Out of reach of the truth for a whole lease: it may be somebody else's by now.
      const gone = due.filter((held) => performance.now() - held.renewedAt > held.task.leaseSeconds * 1000);
      for (const held of gone) lose(held);
      throw error;
    }
    return 250;
  });

  return {
    hold(task, claimedAt) {
      const held: Watched = { task, abort: new AbortController(), renewedAt: claimedAt };
      watched.set(task.id, held);
      return held;
    },
    drop(held) {
      if (watched.get(held.task.id) === held) watched.delete(held.task.id);
    },
    async extend(held) {
      await extend([held as Watched]);
      held.abort.signal.throwIfAborted();
    },
    all: () => [...watched.values()],
    stop: () => loop.stop(),
  };
}
