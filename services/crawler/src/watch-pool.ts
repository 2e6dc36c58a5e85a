import { endCrawls, startCrawl } from "@anyone/db/crawls";
import { recordEvent } from "@anyone/db/events";
import { readAimable, readMissing } from "@anyone/db/missing";
import { type PoolLevel, readPoolLevel, recordTrigger } from "@anyone/db/pool-triggers";
import type { Protocols } from "@anyone/db/protocols";
import type { CrawlId } from "@anyone/domain/ids";
import { planCrawls } from "@anyone/domain/source/aim";
import { watchPool as decide, type PoolDecision } from "@anyone/domain/source/pool-watch";
import type { TaskStore } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome } from "@anyone/queues/job";
import { discoverCandidates } from "@anyone/queues/jobs/source";

export interface WatchContext {
  protocols: Pick<Protocols, "newest">;
  tasks: Pick<TaskStore, "add">;
}

/** Starts crawls when the pool is low and stops them when it is full: read, decided and written in one transaction. */
export async function watchPool({ at }: { at: string }, context: WatchContext): Promise<Outcome> {
  return done({
    write: async (tx) => {
      const level = await readPoolLevel(tx);
      const decision = decide(level.bounds, level);
      if (decision.action === "start") await start(tx, level, decision, at, context);
      if (decision.action === "stop") await stop(tx, level, decision.reason);
    },
  });
}

/**
 * The target is shared among the sources that have more to give, some of their crawls aimed at what the pool lacks; what one can't give, the
 * next look asks of the others.
 */
async function start(
  tx: Transaction,
  level: PoolLevel,
  { target, yield: kept, reason }: PoolDecision & { action: "start" },
  at: string,
  { protocols, tasks }: WatchContext,
): Promise<void> {
  const { assets, counted, lacks } = await readMissing(tx, await protocols.newest());
  const scale = counted > 0 ? assets / counted : 1;
  const sources = await readAimable(tx, level.ready);
  const crawlIds: CrawlId[] = [];
  for (const planned of planCrawls({ lacks, sources, target, yield: kept, scale, seed: at })) {
    crawlIds.push(await startCrawl(tx, { ...planned, trigger: "pool-low", why: reason }));
  }
  await tasks.add(
    tx,
    crawlIds.map((crawlId) => next(discoverCandidates, { crawlId, page: 0 })),
  );
  await note(tx, "start", level, reason, crawlIds);
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
