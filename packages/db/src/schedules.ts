import { DEFAULT_SCHEDULES, Schedule } from "@anyone/domain/evaluate/schedule";
import type { Transaction } from "@anyone/domain/transaction";
import type { OpenDatabase } from "./client.ts";

export type ScheduleRow = Schedule & { firedAt: Date | null; fires: number };

export type Schedules = ReturnType<typeof scheduleRepository>;

/** What opens the next turn by itself: rows are the truth, the queue's schedulers only a clock made from them. */
export function scheduleRepository(db: OpenDatabase) {
  return {
    async list(): Promise<ScheduleRow[]> {
      const rows = await db.prisma.schedule.findMany({ orderBy: { id: "asc" } });
      return rows.map(({ firedAt, fires, ...row }) => ({ ...Schedule.parse(row), firedAt, fires }));
    },

    /** Writes the default schedules where none of that id exists. */
    async ensureDefaults(): Promise<void> {
      for (const schedule of DEFAULT_SCHEDULES) {
        await db.prisma.schedule.upsert({ where: { id: schedule.id }, create: schedule, update: {} });
      }
    },

    async put(tx: Transaction, schedule: Schedule): Promise<void> {
      const cron = schedule.kind === "cron" ? schedule : undefined;
      await tx.query(
        `INSERT INTO schedules (id, kind, cron, zone, growth, enabled, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, cron = excluded.cron, zone = excluded.zone,
           growth = excluded.growth, enabled = excluded.enabled, updated_at = excluded.updated_at`,
        [
          schedule.id,
          schedule.kind,
          cron?.cron ?? null,
          cron?.zone ?? "UTC",
          schedule.kind === "growth" ? schedule.growth : null,
          schedule.enabled,
        ],
      );
    },

    async fired(tx: Transaction, id: string): Promise<void> {
      await tx.query(`UPDATE schedules SET fired_at = clock_timestamp(), fires = fires + 1 WHERE id = $1`, [id]);
    },

    /** Assets admitted since the newest released version was cut, or ever. */
    async admittedSinceLastVersion(): Promise<number> {
      const [row] = await db.query<{ count: string }>(
        `SELECT count(*) AS count FROM assets
          WHERE admitted_at > coalesce((SELECT max(created_at) FROM dataset_versions), '-infinity')`,
      );
      return Number(row?.count ?? 0);
    },

    /** Whether an enabled growth schedule may be due: looked at often, so that a task is written only when there is work. */
    async growthDue(): Promise<boolean> {
      const [row] = await db.query<{ least: number | null }>(
        "SELECT min(growth) AS least FROM schedules WHERE enabled AND kind = 'growth'",
      );
      return row?.least != null && (await this.admittedSinceLastVersion()) >= row.least;
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
