import type { Sql } from "@anyone/domain/transaction";
import { type PageRequest, read, readPage } from "./page.ts";

export type RunKindName = "diffusion" | "labeller" | "evaluation";
export type RunStateName = "waiting" | "leased" | "done" | "failed" | "cancelled";

export interface RunRow {
  id: string;
  kind: RunKindName;
  recipe: string;
  config: unknown;
  arm: string | null;
  seed: number;
  version: number | null;
  iteration: number | null;
  state: RunStateName;
  attempt: number;
  worker: string | null;
  leaseUntil: string | null;
  step: number;
  steps: number;
  result: unknown;
  reason: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface CheckpointRow {
  id: string;
  runId: string;
  kind: RunKindName;
  arm: string | null;
  version: number | null;
  step: number;
  sha256: string;
  current: boolean;
  promotedAt: string | null;
  createdAt: string;
}

export interface CurveRow {
  name: string;
  steps: number[];
  values: number[];
}

const RUN = `select r.id, r.kind, r.recipe, r.config, r.arm, r.seed, r.version, r.iteration, r.state, r.attempt, r.worker,
  r.lease_until as "leaseUntil", r.step, r.steps, r.result, r.reason, r.created_at as "createdAt",
  r.started_at as "startedAt", r.finished_at as "finishedAt" from runs r`;

export interface RunFilter {
  kind?: string | undefined;
  state?: string | undefined;
  version?: number | undefined;
}

/** Runs, latest first. */
export function listRuns(sql: Sql, filter: RunFilter, page: PageRequest) {
  const where = [
    { sql: "r.kind = ?", value: filter.kind },
    { sql: "r.state = ?", value: filter.state },
    { sql: "r.version = ?", value: filter.version },
  ];
  return readPage<RunRow>(sql, { select: RUN, where, moment: "r.created_at", id: "r.id" }, page);
}

export async function readRun(sql: Sql, id: string): Promise<RunRow | undefined> {
  return (await read<RunRow>(sql, `${RUN} where r.id = $1`, [id]))[0];
}

/**
 * A run's curves, each in at most `points` buckets of equally many rows: a bucket gives its last step and the mean of
 * its values, so that a long run's noise stays in the picture without its length. `names` picks some of them.
 */
export function readCurves(sql: Sql, runId: string, points: number, names?: readonly string[]): Promise<CurveRow[]> {
  return read(
    sql,
    `select name, array_agg(step order by step) as steps, array_agg(value order by step) as values
       from (
         select name, max(step)::int as step, avg(value)::float8 as value
           from (
             select name, step, value,
                    ((row_number() over (partition by name order by step) - 1) * $2
                      / greatest(count(*) over (partition by name), $2)) as bucket
               from run_metrics where run_id = $1 and ($3::text[] is null or name = any($3))
           ) numbered group by name, bucket
       ) thinned group by name order by name`,
    [runId, points, names ?? null],
  );
}

const CHECKPOINT = `select c.id, c.run_id as "runId", r.kind, r.arm, r.version, c.step, c.sha256, c.current,
  c.promoted_at as "promotedAt", c.created_at as "createdAt" from checkpoints c join runs r on r.id = c.run_id`;

/** Checkpoints, latest first. */
export function listCheckpoints(sql: Sql, filter: { runId?: string }, page: PageRequest) {
  const where = [{ sql: "c.run_id = ?", value: filter.runId }];
  return readPage<CheckpointRow>(sql, { select: CHECKPOINT, where, moment: "c.created_at", id: "c.id" }, page);
}

export async function readCheckpoint(sql: Sql, id: string): Promise<CheckpointRow | undefined> {
  return (await read<CheckpointRow>(sql, `${CHECKPOINT} where c.id = $1`, [id]))[0];
}
