import { endCrawls, startCrawl } from "@anyone/db/crawls";
import { recordEvent } from "@anyone/db/events";
import { type PoolLevel, readPoolLevel, recordTrigger } from "@anyone/db/pool-triggers";
import type { CrawlId } from "@anyone/domain/ids";
import { watchPool as decide } from "@anyone/domain/source/pool-watch";
import type { TaskStore } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";

export interface WatchContext {
  tasks: Pick<TaskStore, "add">;
}

/** Starts crawls when the pool is low and stops them when it is full: read, decided and written in one transaction. */
export async function watchPool(_payload: unknown, { tasks }: WatchContext): Promise<Outcome> {
  return done({
    write: async (tx) => {
      const level = await readPoolLevel(tx);
      const decision = decide(level.bounds, level);
      if (decision.action === "start") await start(tx, level, decision, tasks);
      if (decision.action === "stop") await stop(tx, level, decision.reason);
    },
  });
}

/** The target is shared among the sources that have more to give; what one can't give, the next look asks of the others. */
async function start(
  tx: Transaction,
  level: PoolLevel,
  decision: { target: number; reason: string },
  tasks: Pick<TaskStore, "add">,
): Promise<void> {
  const target = Math.ceil(decision.target / level.ready.length);
  const crawlIds: CrawlId[] = [];
  for (const sourceId of level.ready) {
    crawlIds.push(await startCrawl(tx, { sourceId, target, trigger: "pool-low", why: decision.reason }));
  }
  await tasks.add(
    tx,
    crawlIds.map((crawlId) => next(discoverCandidates, { crawlId, page: 0 })),
  );
  await note(tx, "start", level, decision.reason, crawlIds);
}

async function stop(tx: Transaction, level: PoolLevel, reason: string): Promise<void> {
  const crawlIds = await endCrawls(tx, level.runningCrawls, { state: "stopped", stopReason: "pool-full" });
  await note(tx, "stop", level, reason, crawlIds);
}

async function note(
  tx: Transaction,
  action: "start" | "stop",
  level: PoolLevel,
  reason: string,
  crawlIds: CrawlId[],
): Promise<void> {
  await recordTrigger(tx, { action, level, reason, crawlIds });
  await recordEvent(tx, {
    stage: "source",
    kind: `sourcing-${action}`,
    text: reason,
    data: { crawlIds, bounds: level.bounds },
  });
}
