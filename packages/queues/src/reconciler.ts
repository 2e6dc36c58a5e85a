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

/**
 * A done task is remembered for so long. While its row is there, writing the same task again does nothing; once it is
 * forgotten the work would be done again. That is safe, only idle: a handler reads the status first and writes by key, so
 * twice is the same as once, and a late delivery of a forgotten task finds no row to claim. A week is far beyond any
 * delivery, retry or nudge, which live for minutes; it is there for people who look back.
 */
const REMEMBERED_DAYS = 7;
/** Not while a service is starting; soon enough that one which never runs an hour forgets too. */
const FIRST_PRUNE_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNE_AT_ONCE = 2_000;

/** Brings rows and queues together again: expired leases become ready, and what the queue lost is dispatched again. */
export function startReconciler({ tasks, redisUrl, stages, log }: ReconcilerOptions): Reconciler {
  const address = queueAddress(redisUrl);
  const redis = connect(address, "fails");
  const isOpen = hasOpened(redis);
  const queues = openQueues(redis, address.prefix, stages);
  const counters = { expired: 0, redispatched: 0 };
  const taken = new Set<string>();
  let pruneAt = performance.now() + FIRST_PRUNE_MS;

  const loop = startLoop("reconciler", log, async () => {
    if (!isOpen()) return 20;
    for (const [stage, count] of await tasks.expireLeases()) {
      counters.expired += count;
      log.warn({ stage, expired: count }, "leases expired");
    }
    const suspects = await tasks.unclaimed(SETTLED_SECONDS, SUSPECTS);
    const lost = await findLost(redis, queues, suspects, taken);
    const redispatched = await tasks.redispatch(lost);
    if (redispatched > 0) {
      counters.redispatched += redispatched;
      log.warn({ redispatched }, "the queue lost deliveries");
    }
    if (performance.now() >= pruneAt) {
      const pruned = await tasks.prune(stages, REMEMBERED_DAYS, PRUNE_AT_ONCE);
      if (pruned > 0) log.info({ pruned }, "tasks done long ago were forgotten");
      // Piece by piece: what waits for a lease must not wait for a broom.
      if (pruned < PRUNE_AT_ONCE) pruneAt = performance.now() + PRUNE_EVERY_MS;
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

/**
 * Lost: the queue does not hold the delivery in one of its lists, or holds only its id; or a worker took it before the
 * last look and has not claimed its row since, as when it was killed in between. A wipe that meets running work leaves
 * all kinds of halves: ids without data, data without a place.
 */
async function findLost(
  redis: Redis,
  queues: ReadonlyMap<Stage, StageQueue>,
  suspects: readonly Dispatch[],
  takenBefore: Set<string>,
): Promise<Dispatch[]> {
  const ours = suspects.filter((task) => queues.has(task.stage));
  const held = ours.length === 0 ? undefined : await look(redis, queues, ours);
  const lost = ours.filter((task, n) => {
    const id = jobId(task);
    if (!held?.hasData[n]) return true;
    return held.taken.has(id) ? takenBefore.has(id) : !held.waiting.has(id);
  });
  takenBefore.clear();
  for (const task of ours) if (held?.taken.has(jobId(task))) takenBefore.add(jobId(task));
  return lost;
}

/** What the queues hold at one moment: the ids that wait, those that a worker took, and which of the tasks have data. */
async function look(redis: Redis, queues: ReadonlyMap<Stage, StageQueue>, tasks: readonly Dispatch[]) {
  const moment = redis.multi();
  for (const queue of queues.values()) moment.lrange(queue.toKey("wait"), 0, -1);
  for (const queue of queues.values()) moment.lrange(queue.toKey("active"), 0, -1);
  for (const task of tasks) moment.exists((queues.get(task.stage) as StageQueue).toKey(jobId(task)));
  const answers = ((await moment.exec()) ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
  return {
    waiting: new Set(answers.slice(0, queues.size).flat()),
    taken: new Set(answers.slice(queues.size, 2 * queues.size).flat()),
    hasData: answers.slice(2 * queues.size).map((exists) => exists === 1),
  };
}
