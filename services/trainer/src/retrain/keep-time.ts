import type { OpenDatabase } from "@anyone/db/client";
import type { Schedules } from "@anyone/db/schedules";
import type { TaskStore } from "@anyone/domain/tasks";
import { next } from "@anyone/queues/job";
import { watchSchedules } from "@anyone/queues/jobs/evaluate";
import { type Schedule, startScheduler } from "@anyone/queues/schedule";
import type { Logger } from "@anyone/runtime/logger";
import { dueByGrowth } from "./watch-schedules.ts";

/** The pool's growth is looked at every minute: the one schedule no operator edits, under a name none can give. */
const GROWTH: Schedule = { id: "_growth", cron: "* * * * *", zone: "UTC" };

export interface TimeContext {
  db: OpenDatabase;
  schedules: Schedules;
  tasks: TaskStore;
  redisUrl: string;
  log: Logger;
}

/** Keeps the clocks of the queue equal to the schedules in the truth; a due one becomes a task, which then decides. */
export async function keepTime({
  db,
  schedules,
  tasks,
  redisUrl,
  log,
}: TimeContext): Promise<{ stop(): Promise<void> }> {
  await schedules.ensureDefaults();
  const told = new Map<string, string>();
  const tellOnce = (id: string, why: string) => {
    if (told.get(id) !== why) log.error({ schedule: id }, `The schedule ${id} is left out: ${why}.`);
    told.set(id, why);
  };
  return startScheduler({
    owner: "trainer",
    redisUrl,
    log,
    schedules: async () => {
      const enabled = (await schedules.list(tellOnce)).filter((schedule) => schedule.enabled);
      const clocks = enabled.flatMap((one) =>
        one.kind === "cron" ? [{ id: one.id, cron: one.cron, zone: one.zone }] : [],
      );
      return enabled.some(({ kind }) => kind === "growth") ? [...clocks, GROWTH] : clocks;
    },
    fire: async (id, dueAt) => {
      const at = dueAt.toISOString();
      const task = next(watchSchedules, id === GROWTH.id ? { at } : { at, scheduleId: id });
      // Looked at often: a task is written only when there is something to do.
      if (id === GROWTH.id && ((await schedules.turn()).open || !(await dueByGrowth(schedules)))) return;
      await db.transaction(async (tx) => {
        await tasks.add(tx, [task]);
      });
    },
  });
}
