import { setTimeout as sleep } from "node:timers/promises";
import { Fault, fault } from "@anyone/domain/fault";
import type { ClaimedTask, Ending, Settled, Settlement, TaskStore } from "@anyone/domain/tasks";
import type { Logger } from "@anyone/runtime/logger";
import { Worker } from "bullmq";
import { batched } from "./batch.ts";
import { type AnyHandler, readCatalog, stagesOf } from "./catalog.ts";
import type { Delivery } from "./delivery.ts";
import { afterError } from "./ending.ts";
import type { Handlers, Job } from "./job.ts";
import { keepLeases } from "./leases.ts";
import { connect, queueAddress } from "./redis.ts";
import { runTask } from "./run-task.ts";

export interface RunnerOptions<Jobs extends readonly Job[], Context extends object> {
  /** The catalog this process serves: every job of the stages in it. */
  jobs: Jobs;
  handlers: Handlers<Jobs, Context>;
  /** What the service gives each handler. */
  context: Context;
  tasks: TaskStore;
  redisUrl: string;
  log: Logger;
  /** Tasks under way at once, per stage. */
  concurrency?: number;
}

export interface Runner {
  readonly counters: Readonly<Counters>;
  /** Seconds since a task was last taken while there was a place for one; 0 while every place is busy. */
  idleSeconds(): number;
  /** Takes no more tasks, waits `graceMs` for those under way, then gives the leases of the rest back. */
  stop(graceMs?: number): Promise<void>;
}

export interface Counters {
  claimed: number;
  /** Deliveries whose task was done, under way or unknown. */
  duplicates: number;
  committed: number;
  /** Results refused because the lease had gone to somebody else. */
  fenced: number;
  failed: number;
}

/** Takes deliveries, claims their rows, runs the handlers and commits what they return, under the task's fence. */
export function startRunner<const Jobs extends readonly Job[], Context extends object>(
  options: RunnerOptions<Jobs, Context>,
): Runner {
  const { tasks, log, context, concurrency = 8 } = options;
  const catalog = readCatalog(options.jobs, options.handlers as Record<string, AnyHandler>);
  const address = queueAddress(options.redisUrl);
  const counters: Counters = { claimed: 0, duplicates: 0, committed: 0, fenced: 0, failed: 0 };
  const leases = keepLeases(tasks, log);
  const places = concurrency * stagesOf(options.jobs).length;
  let stopping = false;
  let movedAt = performance.now();

  const claim = batched(
    async (ids: string[]) => {
      const claimedAt = performance.now();
      const claimed = new Map((await reachable(() => tasks.claim([...new Set(ids)]))).map((task) => [task.id, task]));
      return ids.map((id) => {
        const task = claimed.get(id);
        claimed.delete(id);
        return task && { task, claimedAt };
      });
    },
    { atOnce: 3 },
  );

  const settle = batched(
    async (settlements: Settlement[]) => {
      const settled = new Map((await reachable(() => tasks.settle(settlements))).map((one) => [one.id, one]));
      return settlements.map(({ id }): Settled => settled.get(id) ?? { id, result: "fenced" });
    },
    { atOnce: 3 },
  );

  async function take(id: string): Promise<void> {
    const claimed = stopping ? undefined : await claim(id);
    if (claimed === undefined) {
      counters.duplicates++;
      return;
    }
    counters.claimed++;
    movedAt = performance.now();
    const held = leases.hold(claimed.task, claimed.claimedAt);
    const startedAt = performance.now();
    try {
      const ending = await runTask(held, { entry: catalog.get(claimed.task.name), context, leases, log });
      if (ending === undefined) return;
      const end = await finish(held.task, ending);
      const { stage, name, id: taskId } = held.task;
      log.info({ stage, name, taskId, ...end, ms: Math.round(performance.now() - startedAt) }, "task");
    } finally {
      if (leases.all().length >= places) movedAt = performance.now();
      leases.drop(held);
    }
  }

  /** Commits the ending; when the task's own writes are what fails, that is an error like one of the handler's. */
  async function finish(task: ClaimedTask, ending: Ending): Promise<{ end: string; reason?: string }> {
    let written = ending;
    let settled = await settle({ ...ending, id: task.id, fence: task.fence });
    if (settled.result === "failed") {
      const job = catalog.get(task.name)?.job as Job;
      log.warn({ stage: task.stage, name: task.name, taskId: task.id, err: settled.error }, "task's writes failed");
      written = afterError(job, task, settled.error);
      settled = await settle({ ...written, id: task.id, fence: task.fence });
    }
    if (settled.result === "fenced") {
      counters.fenced++;
      return { end: "fenced" };
    }
    counters.committed++;
    if (written.end === "retry" || written.end === "dead" || written.end === "split") counters.failed++;
    return { end: written.end, ...("reason" in written ? { reason: written.reason } : {}) };
  }

  /** Waits for a database that is away: there is nothing else to do with a task in hand. */
  async function reachable<Result>(work: () => Promise<Result>): Promise<Result> {
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      try {
        return await work();
      } catch (error) {
        if (stopping || !(error instanceof Fault) || error.code !== "unavailable") throw error;
        await sleep(pause);
      }
    }
  }

  const connection = connect(address, "waits");
  const workers = stagesOf(options.jobs).map((stage) => {
    const worker = new Worker<Delivery, void, string>(stage, async ({ data }) => take(String(data?.id)), {
      connection,
      prefix: address.prefix,
      concurrency,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      // The row decides who may work: a delivery that is offered again too early is a duplicate, nothing worse.
      lockDuration: 15_000,
      stalledInterval: 5_000,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 2,
    });
    worker.on("error", (error) => log.debug({ stage, err: error }, "queue"));
    return worker;
  });

  return {
    counters,
    idleSeconds: () => (leases.all().length >= places ? 0 : (performance.now() - movedAt) / 1000),
    async stop(graceMs = 8_000) {
      stopping = true;
      const idle = Promise.all(workers.map((worker) => worker.close().catch(() => {})));
      const timely = await Promise.race([idle.then(() => true), sleep(graceMs, false, { ref: false })]);
      if (!timely) {
        await giveBack();
        await Promise.all(workers.map((worker) => worker.close(true).catch(() => {})));
      }
      await leases.stop();
      connection.disconnect();
    },
  };

  async function giveBack(): Promise<void> {
    const held = leases.all();
    for (const { abort } of held) abort.abort(fault("lease-lost", "The process is stopping."));
    const reason = "the worker stopped";
    await tasks
      .settle(held.map(({ task }) => ({ id: task.id, fence: task.fence, end: "postponed", reason, delaySeconds: 0 })))
      .catch((error) => log.warn({ err: error }, "leases could not be given back and will expire"));
  }
}
