import { recordEvent } from "@anyone/db/events";
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
  const rows = (await schedules.list()).filter(({ enabled }) => enabled);
  const admitted = await schedules.admittedSinceLastVersion();
  for (const schedule of rows) {
    const says =
      schedule.kind === "growth"
        ? growthSays(schedule.growth, admitted)
        : { fires: schedule.id === scheduleId, why: `its time has come (${schedule.cron} ${schedule.zone})` };
    if (!says.fires) continue;
    const trigger = `${schedule.id}: ${says.why}`;
    return done({
      write: async (tx) => {
        await schedules.fired(tx, schedule.id);
        await recordEvent(tx, {
          stage: "evaluate",
          kind: "schedule-fired",
          text: `Schedule ${trigger}; iteration ${turn.nextIteration} opens`,
          data: { scheduleId: schedule.id, iteration: turn.nextIteration },
        });
      },
      next: [next(openIteration, { iteration: turn.nextIteration, trigger })],
    });
  }
  return skipped("nothing-due");
}
