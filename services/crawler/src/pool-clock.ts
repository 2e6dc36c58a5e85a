import { poolBounds } from "@anyone/db/pool-triggers";
import type { TaskStore } from "@anyone/domain/tasks";
import type { Database } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { watchPool } from "@anyone/queues/jobs/source";
import type { Logger } from "@anyone/runtime/logger";
import { startClock } from "./clock.ts";

/** Milliseconds between two looks at the pool. */
const EVERY_MS = 10_000;

/**
 * Writes a `source.watch-pool` task every ten seconds while automatic sourcing is on. The task is named after its moment,
 * rounded to the interval: however many crawlers run, each moment is looked at once.
 * @returns how to stop it
 */
export function startPoolClock(db: Database, tasks: TaskStore, log: Logger): () => void {
  const look = async () => {
    if (!(await poolBounds(db)).enabled) return;
    const at = new Date(Math.floor(Date.now() / EVERY_MS) * EVERY_MS).toISOString();
    await db.transaction((tx) => tasks.add(tx, [next(watchPool, { at })]));
  };
  return startClock(EVERY_MS, look, log, "the pool was not looked at");
}
