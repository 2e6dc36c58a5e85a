import type { Logger } from "@anyone/runtime/logger";
import { Queue, Worker } from "bullmq";
import { whyNoClock } from "./clock.ts";
import { startLoop } from "./loop.ts";
import { connect, queueAddress } from "./redis.ts";

/** When something is to happen again and again, and under what name. */
export interface Schedule {
  id: string;
  /** A cron expression of five fields. */
  cron: string;
  /** An IANA time zone. */
  zone: string;
}

export interface SchedulerOptions {
  /** Which service's schedules these are: each keeps its own queue equal to its own truth. */
  owner: string;
  redisUrl: string;
  log: Logger;
  /** The schedules as the truth has them now; asked for again and again, so that edits and a wiped queue are made good. */
  schedules: () => Promise<readonly Schedule[]>;
  /**
   * Called when a schedule is due, with the moment it was due at. May be called twice for one moment by two processes:
   * let the moment be part of the key of the task it writes.
   */
  fire: (id: string, dueAt: Date) => Promise<void>;
}

const SYNCHRONISE_MS = 5_000;

/** Fires schedules by BullMQ's job schedulers, kept equal to the truth. One that is no clock is left out, and said so once. */
export function startScheduler({ owner, redisUrl, log, schedules, fire }: SchedulerOptions): { stop(): Promise<void> } {
  // A queue's name may be no stage's: the stages' runners must not take its jobs.
  const name = `schedule-${owner}`;
  const address = queueAddress(redisUrl);
  const sending = connect(address, "fails");
  const taking = connect(address, "waits");
  const queue = new Queue(name, { connection: sending, prefix: address.prefix, streams: { events: { maxLen: 100 } } });
  queue.on("error", () => {});

  const refused = new Map<string, string>();
  const isClock = ({ id, cron, zone }: Schedule): boolean => {
    const why = whyNoClock(cron, zone);
    if (why === undefined) refused.delete(id);
    else if (refused.get(id) !== why) {
      refused.set(id, why);
      log.error({ schedule: id }, `The schedule ${id} never fires: ${why}. Correct it on the evaluate page.`);
    }
    return why === undefined;
  };

  const loop = startLoop("schedules", log, async () => {
    const wanted = new Map((await schedules()).filter(isClock).map((schedule) => [schedule.id, schedule]));
    const present = new Map((await queue.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler]));
    for (const key of present.keys()) if (!wanted.has(key)) await queue.removeJobScheduler(key);
    for (const { id, cron, zone } of wanted.values()) {
      const found = present.get(id);
      if (found?.pattern === cron && found.tz === zone) continue;
      const once = { removeOnComplete: true, removeOnFail: true };
      await queue.upsertJobScheduler(id, { pattern: cron, tz: zone }, { name: id, opts: once });
    }
    return SYNCHRONISE_MS;
  });

  const worker = new Worker(
    name,
    async (job) => {
      const dueAt = new Date(job.opts.prevMillis ?? job.timestamp + (job.opts.delay ?? 0));
      await fire(job.name, dueAt).catch((error) => {
        log.error({ schedule: job.name, err: error }, "a schedule could not be fired");
        throw error;
      });
    },
    { connection: taking, prefix: address.prefix, removeOnComplete: { count: 0 }, removeOnFail: { count: 0 } },
  );
  worker.on("error", () => {});

  return {
    async stop() {
      await loop.stop();
      await worker.close();
      await queue.close();
      sending.disconnect();
      taking.disconnect();
    },
  };
}
