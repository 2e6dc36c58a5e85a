import { recordEvent } from "@anyone/db/events";
import type { Schedules } from "@anyone/db/schedules";
import { growthSays } from "@anyone/domain/evaluate/schedule";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { openIteration } from "@anyone/queues/jobs/review";
import type { TrainerContext } from "../context.ts";

/**
 * Looks whether the next turn of the wheel is due: `scheduleId` names the cron schedule whose moment has come, without
 * one the pool's growth is looked at. Nothing is opened while an iteration is open.
 */
export async function watchSchedules(
  { scheduleId }: { scheduleId?: string | undefined },
  { schedules }: TrainerContext,
): Promise<Outcome> {
  const turn = await schedules.turn();
  if (turn.open) return skipped("iteration-open");
  const due = scheduleId === undefined ? await dueByGrowth(schedules) : await dueByClock(schedules, scheduleId);
  if (!due) return skipped("nothing-due");
  const trigger = `${due.id}: ${due.why}`;
  return done({
    write: async (tx) => {
      await schedules.fired(tx, due.id);
      await recordEvent(tx, {
        stage: "evaluate",
        kind: "schedule-fired",
        text: `Schedule ${trigger}; iteration ${turn.nextIteration} opens`,
        data: { scheduleId: due.id, iteration: turn.nextIteration },
      });
    },
    next: [next(openIteration, { iteration: turn.nextIteration, trigger })],
  });
}

/** The first growth schedule that the pool has outgrown. */
export async function dueByGrowth(schedules: Schedules): Promise<{ id: string; why: string } | undefined> {
  for (const { id, growth, admitted } of await schedules.growth()) {
    const { fires, why } = growthSays(growth, admitted);
    if (fires) return { id, why };
  }
  return undefined;
}

/** The clock's schedule, unless it was switched off or removed since. */
async function dueByClock(schedules: Schedules, id: string): Promise<{ id: string; why: string } | undefined> {
  const schedule = (await schedules.list()).find((one) => one.id === id);
  if (schedule?.kind !== "cron" || !schedule.enabled) return undefined;
  return { id, why: `its time has come (${schedule.cron} ${schedule.zone})` };
}
