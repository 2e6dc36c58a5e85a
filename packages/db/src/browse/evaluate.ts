import type { Sql } from "@anyone/domain/transaction";
import { read } from "./page.ts";

export interface MetricRow {
  name: string;
  state: "measured" | "unavailable";
  value: number | null;
  low: number | null;
  high: number | null;
  n: number | null;
  seed: number | null;
  method: string;
  model: Record<string, unknown> | null;
}

export interface ReportRow {
  id: string;
  checkpointId: string;
  version: number;
  state: string;
  settings: unknown;
  gridKey: string | null;
  grid: boolean;
  arm: string | null;
  seed: number | null;
  step: number | null;
  createdAt: string;
  finishedAt: string | null;
  metrics: MetricRow[];
}

export interface PromotionRow {
  id: string;
  slot: string;
  subject: string;
  previous: string | null;
  promoted: boolean;
  rule: string;
  reason: string;
  facts: unknown;
  decidedAt: string;
}

export interface ScheduleRow {
  id: string;
  kind: "cron" | "growth";
  cron: string | null;
  zone: string;
  growth: number | null;
  enabled: boolean;
  firedAt: string | null;
  fires: number;
  updatedAt: string;
}

/** The latest 200 reports with their metrics, by version or by id where given. */
export function readReports(sql: Sql, filter: { version?: number | undefined; id?: string }): Promise<ReportRow[]> {
  return read(
    sql,
    `select p.id, p.checkpoint_id as "checkpointId", p.version, p.state, p.settings, p.grid_key as "gridKey",
            p.grid_key is not null as grid, r.arm, r.seed, c.step, p.created_at as "createdAt",
            p.finished_at as "finishedAt",
            coalesce((select jsonb_agg(jsonb_build_object('name', m.name, 'state', m.state, 'value', m.value,
                        'low', m.low, 'high', m.high, 'n', m.n, 'seed', m.seed, 'method', m.method, 'model', m.model)
                        order by m.name) from metrics m where m.report_id = p.id), '[]') as metrics
       from reports p
       left join checkpoints c on c.id = p.checkpoint_id
       left join runs r on r.id = c.run_id
      where ($1::int is null or p.version = $1) and ($2::text is null or p.id = $2)
      order by p.created_at desc limit 200`,
    [filter.version ?? null, filter.id ?? null],
  );
}

/** The latest 200 decisions. */
export function listPromotions(sql: Sql): Promise<PromotionRow[]> {
  return read(
    sql,
    `select id, slot, subject, previous, promoted, rule, reason, facts, decided_at as "decidedAt"
       from promotions order by decided_at desc, id limit 200`,
  );
}

const SCHEDULE = `select id, kind, cron, zone, growth, enabled, fired_at as "firedAt", fires, updated_at as "updatedAt"
  from schedules`;

/** The schedules; one of them when `id` is given. */
export function readSchedules(sql: Sql, id?: string): Promise<ScheduleRow[]> {
  return read(sql, `${SCHEDULE} where $1::text is null or id = $1 order by id`, [id ?? null]);
}
