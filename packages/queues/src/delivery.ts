import type { Stage } from "@anyone/domain/flywheel";
import type { Dispatch } from "@anyone/domain/tasks";
import { Queue } from "bullmq";
import type { Redis } from "ioredis";

/** What travels: the id alone. Everything else is read from the row, where it is true. */
export interface Delivery {
  id: string;
}

export type StageQueue = Queue<Delivery, void, string>;

/** The queue of each stage. They share one connection and own none of the truth. */
export function openQueues(redis: Redis, prefix: string, stages: readonly Stage[]): Map<Stage, StageQueue> {
  return new Map(
    stages.map((stage) => {
      const queue: StageQueue = new Queue(stage, { connection: redis, prefix, streams: { events: { maxLen: 100 } } });
      queue.on("error", () => {});
      return [stage, queue];
    }),
  );
}

/** A delivery's id: the task and its epoch, so that a second delivery is never taken for the first. BullMQ refuses `:`. */
export function jobId({ id, epoch }: Pick<Dispatch, "id" | "epoch">): string {
  return `${id.replaceAll("%", "%25").replaceAll(":", "%3A")}-e${epoch}`;
}

/** Puts tasks on their queue, the urgent ones at its head. Finished deliveries leave no trace. */
export async function deliver(queue: StageQueue, tasks: readonly Dispatch[]): Promise<void> {
  await queue.addBulk(
    tasks.map((task) => ({
      name: "task",
      data: { id: task.id },
      opts: {
        jobId: jobId(task),
        removeOnComplete: true,
        removeOnFail: true,
        ...(task.priority > 0 ? { lifo: true } : {}),
      },
    })),
  );
}
