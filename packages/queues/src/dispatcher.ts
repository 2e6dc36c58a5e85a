import type { Stage } from "@anyone/domain/flywheel";
import type { Dispatch, TaskStore } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import type { Redis } from "ioredis";
import { deliver, openQueues, type StageQueue } from "./delivery.ts";
import { startLoop } from "./loop.ts";
import { connect, hasOpened, queueAddress, queueFault } from "./redis.ts";

export interface DispatcherOptions {
  tasks: TaskStore;
  redisUrl: string;
  stages: readonly Stage[];
  log: Logger;
  /** Deliveries that may wait on one stage's queue: a short queue keeps the order of urgency and Redis small. */
  window?: number;
}

export interface Dispatcher {
  /** Deliveries put on queues since the start. */
  readonly delivered: number;
  stop(): Promise<void>;
}

/** Milliseconds between two looks at the table: while there is more than fits, after a delivery, and with nothing to do. */
const REST = { full: 10, busy: 2, idle: 250 };

/**
 * Turns ready tasks into deliveries. The row is marked first: what is lost between that commit and the queue is found by
 * the reconciler. Any number of dispatchers may run.
 */
export function startDispatcher({ tasks, redisUrl, stages, log, window = 256 }: DispatcherOptions): Dispatcher {
  const address = queueAddress(redisUrl);
  const redis = connect(address, "fails");
  const isOpen = hasOpened(redis);
  const queues = openQueues(redis, address.prefix, stages);
  let delivered = 0;
  let refused = false;

  const loop = startLoop("dispatcher", log, async () => {
    if (!isOpen()) return 20;
    if (refused) await tryWriting(redis, address.prefix);
    refused = false;
    const room = await roomOn(redis, queues, window);
    if (room.size === 0) return REST.full;
    const due = await tasks.dispatch(room);
    const perStage = Map.groupBy(due, (task: Dispatch) => task.stage);
    try {
      await Promise.all([...perStage].map(([stage, some]) => deliver(queues.get(stage) as StageQueue, some)));
    } catch (error) {
      refused = true;
      throw queueFault(error);
    }
    delivered += due.length;
    if ([...perStage].some(([stage, some]) => some.length === room.get(stage)) || room.size < stages.length)
      return REST.full;
    return due.length > 0 ? REST.busy : REST.idle;
  });
  const deafen = tasks.onReady(() => loop.wake());

  return {
    get delivered() {
      return delivered;
    },
    async stop() {
      await deafen();
      await loop.stop();
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => {})));
      redis.disconnect();
    },
  };
}

/**
 * A server that is out of memory, or whose disk is full, answers every question and refuses every job. Once it has, it is
 * asked by a small write first: no row is marked whose delivery would be refused.
 */
async function tryWriting(redis: Redis, prefix: string): Promise<void> {
  await redis.set(`${prefix}:takes-jobs`, "?", "PX", 1_000).catch((error: unknown) => {
    throw queueFault(error);
  });
}

async function roomOn(
  redis: Redis,
  queues: ReadonlyMap<Stage, StageQueue>,
  window: number,
): Promise<Map<Stage, number>> {
  const pipeline = redis.pipeline();
  for (const queue of queues.values()) pipeline.llen(queue.toKey("wait"));
  const lengths = (await pipeline.exec()) ?? [];
  const room = [...queues.keys()].map((stage, index) => {
    const [error, length] = lengths[index] ?? [new Error("no answer")];
    if (error) throw error;
    return [stage, window - Number(length)] as const;
  });
  return new Map(room.filter(([, places]) => places > 0));
}
