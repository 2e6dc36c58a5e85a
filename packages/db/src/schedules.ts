import { DEFAULT_SCHEDULES, Schedule } from "@anyone/domain/evaluate/schedule";
import { whatDoesNotFit } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
import type { OpenDatabase } from "./client.ts";

export type ScheduleRow = Schedule & { firedAt: Date | null; fires: number };

export type Schedules = ReturnType<typeof scheduleRepository>;

/** What opens the next turn by itself: rows are the truth, the queue's schedulers only a clock made from them. */
export function scheduleRepository(db: OpenDatabase) {
  return {
    /** The schedules in the order of their ids. A row that is none, as when it was written by hand, is told and left out. */
    async list(onUnreadable: (id: string, why: string) => void = () => {}): Promise<ScheduleRow[]> {
      const rows = await db.prisma.schedule.findMany({ orderBy: { id: "asc" } });
      return rows.flatMap(({ firedAt, fires, ...row }) => {
        const { data, error } = Schedule.safeParse(row);
        if (data) return { ...data, firedAt, fires };
        onUnreadable(row.id, whatDoesNotFit(error));
        return [];
      });
    },

    /** Writes the default schedules where none of that id exists. */
    async ensureDefaults(): Promise<void> {
      await db.transaction(async (tx) => {
        for (const schedule of DEFAULT_SCHEDULES) await write(tx, schedule, "NOTHING");
      });
    },

    async put(tx: Transaction, schedule: Schedule): Promise<void> {
      await write(
        tx,
        schedule,
        `UPDATE SET kind = excluded.kind, cron = excluded.cron, zone = excluded.zone, growth = excluded.growth,
                    enabled = excluded.enabled, updated_at = excluded.updated_at`,
      );
    },

    async fired(tx: Transaction, id: string): Promise<void> {
      await tx.query(`UPDATE schedules SET fired_at = clock_timestamp(), fires = fires + 1 WHERE id = $1`, [id]);
    },

    /**
     * Enabled growth schedules with the assets admitted since the newest version was cut or the schedule last fired,
     * whichever is later: a turn that ended without a version is not begun again by the same assets.
     */
    async growth(): Promise<{ id: string; growth: number; admitted: number }[]> {
      return db.query(
        `SELECT s.id, s.growth, (SELECT count(*)::int FROM pool WHERE admitted_at > greatest(
                  s.fired_at, (SELECT max(created_at) FROM dataset_versions), '-infinity')) AS admitted
           FROM schedules s WHERE s.enabled AND s.kind = 'growth' AND s.growth >= 1 ORDER BY s.id`,
      );
    },

    /** Number the next iteration would have, and whether one is open now. */
    async turn(): Promise<{ nextIteration: number; open: boolean }> {
      const [row] = await db.query<{ next: number; open: boolean }>(
        `SELECT coalesce(max(number), 0) + 1 AS next, coalesce(bool_or(state <> 'closed'), false) AS open FROM iterations`,
      );
      return { nextIteration: row?.next ?? 1, open: row?.open ?? false };
    },
  };
}

async function write(tx: Transaction, schedule: Schedule, onConflict: string): Promise<void> {
  await tx.query(
    `INSERT INTO schedules (id, kind, cron, zone, growth, enabled, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp()) ON CONFLICT (id) DO ${onConflict}`,
    [
      schedule.id,
      schedule.kind,
      schedule.kind === "cron" ? schedule.cron : null,
      schedule.kind === "cron" ? schedule.zone : "UTC",
      schedule.kind === "growth" ? schedule.growth : null,
      schedule.enabled,
    ],
  );
}
