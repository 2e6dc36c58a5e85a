import { startDueRecheck } from "@anyone/db/pool-refresh";
import type { TaskStore } from "@anyone/domain/tasks";
import type { Database } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import type { Logger } from "@anyone/runtime/logger";
import { startClock } from "./clock.ts";

/** Milliseconds between two looks at whether the pool is due. */
const EVERY_MS = 3_600_000;

/**
 * Asks the pool's hosts again once the setting `pool.refresh` says so: every hour it looks whether the last time is long enough ago.
 * @returns how to stop it
 */
export function startRefreshClock(db: Database, tasks: Pick<TaskStore, "add">, log: Logger): () => void {
  const failed = "it was not looked at whether the pool is due to be refreshed";
  return startClock(EVERY_MS, () => refreshWhenDue(db, tasks), log, failed);
}

/** Opens the recheck that is due, if one is, with its first task. */
export async function refreshWhenDue(db: Database, tasks: Pick<TaskStore, "add">): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    const recheckId = await startDueRecheck(tx);
    if (recheckId !== undefined) await tasks.add(tx, [next(recheckConsent, { recheckId })]);
    return recheckId;
  });
}
