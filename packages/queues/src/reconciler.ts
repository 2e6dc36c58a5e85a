import type { Stage } from "@anyone/domain/flywheel";
import type { Dispatch, TaskStore } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import type { Redis } from "ioredis";
import { jobId, openQueues, type StageQueue } from "./delivery.ts";
import { startLoop } from "./loop.ts";
import { connect, hasOpened, queueAddress } from "./redis.ts";

export interface ReconcilerOptions {
  tasks: TaskStore;
  redisUrl: string;
  stages: readonly Stage[];
  log: Logger;
}

export interface Reconciler {
  /** Leases that ended without a result since the start: their worker died, stopped or was cut off. */
  readonly expired: number;
  /** Deliveries that the queue lost since the start. */
  readonly redispatched: number;
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
/** A delivery younger than this may still be on its way to the queue. */
const SETTLED_SECONDS = 2;
const SUSPECTS = 5_000;

/** Brings rows and queues together again: expired leases become ready, and what the queue lost is dispatched again. */
export function startReconciler({ tasks, redisUrl, stages, log }: ReconcilerOptions): Reconciler {
  const address = queueAddress(redisUrl);
  const redis = connect(address, "fails");
  const isOpen = hasOpened(redis);
  const queues = openQueues(redis, address.prefix, stages);
  const counters = { expired: 0, redispatched: 0 };

  const loop = startLoop("reconciler", log, async () => {
    if (!isOpen()) return 20;
    for (const [stage, count] of await tasks.expireLeases()) {
      counters.expired += count;
      log.warn({ stage, expired: count }, "leases expired");
    }
    const suspects = await tasks.unclaimed(SETTLED_SECONDS, SUSPECTS);
    const lost = await findLost(redis, queues, suspects);
    const redispatched = await tasks.redispatch(lost);
    if (redispatched > 0) {
      counters.redispatched += redispatched;
      log.warn({ redispatched }, "the queue lost deliveries");
    }
    return EVERY_MS;
  });

  return {
    get expired() {
      return counters.expired;
    },
    get redispatched() {
      return counters.redispatched;
    },
    async stop() {
      await loop.stop();
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => {})));
      redis.disconnect();
    },
  };
}

/** Lost: the queue no longer knows the delivery, or knows it although the whole queue has run empty. */
async function findLost(
  redis: Redis,
  queues: ReadonlyMap<Stage, StageQueue>,
  suspects: readonly Dispatch[],
): Promise<Dispatch[]> {
  const ours = suspects.filter((task) => queues.has(task.stage));
  if (ours.length === 0) return [];
  const empty = await emptyStages(queues);
  const pipeline = redis.pipeline();
  for (const task of ours) pipeline.exists((queues.get(task.stage) as StageQueue).toKey(jobId(task)));
  const known = (await pipeline.exec()) ?? [];
  return ours.filter((task, index) => {
    const [error, exists] = known[index] ?? [new Error("no answer")];
    if (error) throw error;
    return exists === 0 || empty.has(task.stage);
  });
}

async function emptyStages(queues: ReadonlyMap<Stage, StageQueue>): Promise<Set<Stage>> {
  const counts = await Promise.all(
    [...queues].map(async ([stage, queue]) => [stage, await queue.getJobCountByTypes("waiting", "active")] as const),
  );
  return new Set(counts.filter(([, count]) => count === 0).map(([stage]) => stage));
}
