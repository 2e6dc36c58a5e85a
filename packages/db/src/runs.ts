import { fault } from "@anyone/domain/fault";
import type { Sql, Transaction } from "@anyone/domain/transaction";
import type { OpenDatabase } from "./client.ts";

export type RunKind = "diffusion" | "labeller" | "evaluation";
export type RunState = "waiting" | "leased" | "done" | "failed" | "cancelled";

/** A run to be written: `id` is deterministic, so planning twice is the same as once. */
export interface PlannedRun {
  id: string;
  kind: RunKind;
  recipe: string;
  config: Record<string, unknown>;
  arm?: string;
  seed?: number;
  version?: number;
  iteration?: number;
  steps?: number;
}

export interface Run {
  id: string;
  kind: RunKind;
  recipe: string;
  config: Record<string, unknown>;
  arm: string | null;
  seed: number;
  version: number | null;
  iteration: number | null;
  state: RunState;
  attempt: number;
  result: Record<string, unknown> | null;
  reason: string | null;
}

/** What a worker was given: the attempt is the fencing token of everything it says about the run. */
export interface LeasedRun {
  id: string;
  kind: RunKind;
  attempt: number;
  config: Record<string, unknown>;
  /** Current checkpoints, newest first. */
  resume: { step: number; manifestKey: string; sha256: string }[];
}

/** What the end of an attempt left behind. */
export interface EndedRun {
  id: string;
  kind: RunKind;
  state: RunState;
}

export interface MetricRow {
  step: number;
  name: string;
  value: number;
}

/** So many attempts may end without a result (a dead worker, an outage) before the run fails for good. */
const MAX_LOSSES = 5;
/** Wait before the next attempt after one was lost; doubles with each: an outage of minutes uses up no run. */
const FIRST_WAIT_SECONDS = 5;

const COLUMNS = "id, kind, recipe, config, arm, seed, version, iteration, state, attempt, result, reason";

export type Runs = ReturnType<typeof runRepository>;

/** Runs, their metrics and checkpoints. Only the database's clock decides who holds a lease. */
export function runRepository(db: OpenDatabase) {
  return {
    async find(id: string): Promise<Run | undefined> {
      return (await db.query<Run>(`SELECT ${COLUMNS} FROM runs WHERE id = $1`, [id]))[0];
    },

    async get(id: string): Promise<Run> {
      const run = await this.find(id);
      if (!run) throw fault("not-found", `There is no run ${id}.`);
      return run;
    },

    async plan(tx: Transaction, runs: readonly PlannedRun[]): Promise<void> {
      for (const run of runs) {
        await tx.query(
          `INSERT INTO runs (id, kind, recipe, config, arm, seed, version, iteration, steps)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
          [
            run.id,
            run.kind,
            run.recipe,
            JSON.stringify(run.config),
            run.arm ?? null,
            run.seed ?? 0,
            run.version ?? null,
            run.iteration ?? null,
            run.steps ?? 0,
          ],
        );
      }
    },

    /**
     * Gives the oldest waiting run, or one whose lease ran out, to a worker; undefined when nothing waits. Labellers go
     * first: people wait for them.
     */
    async lease(worker: string, kinds: readonly string[], seconds: number): Promise<LeasedRun | undefined> {
      const [run] = await db.query<{ id: string; kind: RunKind; attempt: number; config: Record<string, unknown> }>(
        `UPDATE runs SET state = 'leased', attempt = attempt + 1, losses = losses + (state = 'leased')::int, worker = $1,
                lease_until = clock_timestamp() + make_interval(secs => $3),
                started_at = coalesce(started_at, clock_timestamp())
          WHERE id = (SELECT id FROM runs
                       WHERE kind = ANY($2)
                         AND (state = 'waiting' AND next_at <= clock_timestamp()
                              OR state = 'leased' AND lease_until < clock_timestamp() AND losses + 1 < $4)
                       ORDER BY (kind = 'labeller') DESC, created_at, id FOR UPDATE SKIP LOCKED LIMIT 1)
          RETURNING id, kind, attempt, config`,
        [worker, kinds, seconds, MAX_LOSSES],
      );
      if (!run) return undefined;
      const resume = await db.query<{ step: number; manifestKey: string; sha256: string }>(
        `SELECT step, manifest_key AS "manifestKey", sha256 FROM checkpoints WHERE run_id = $1 AND current
          ORDER BY step DESC, attempt DESC LIMIT 3`,
        [run.id],
      );
      return { ...run, resume };
    },

    /** Extends a lease; false when it is no longer held. */
    async renew(id: string, attempt: number, seconds: number, step: number): Promise<boolean> {
      const rows = await db.query(
        `UPDATE runs SET lease_until = clock_timestamp() + make_interval(secs => $3), step = greatest(step, $4)
          WHERE id = $1 AND attempt = $2::int AND state = 'leased' RETURNING id`,
        [id, attempt, seconds, step],
      );
      return rows.length === 1;
    },

    /** Stores metric rows; a row that is there already stays. False when the attempt no longer holds the lease. */
    async recordMetrics(id: string, attempt: number, rows: readonly MetricRow[]): Promise<boolean> {
      return db.transaction(async (tx) => {
        if (!(await holds(tx, id, attempt))) return false;
        await tx.query(
          `INSERT INTO run_metrics (run_id, step, name, value)
           SELECT $1, * FROM unnest($2::int[], $3::text[], $4::float8[]) ON CONFLICT DO NOTHING`,
          [id, rows.map((row) => row.step), rows.map((row) => row.name), rows.map((row) => row.value)],
        );
        return true;
      });
    },

    /** Makes a committed checkpoint current. False when the attempt no longer holds the lease. */
    async commitCheckpoint(
      id: string,
      attempt: number,
      checkpoint: { step: number; manifestKey: string; sha256: string },
    ): Promise<boolean> {
      return db.transaction(async (tx) => {
        if (!(await holds(tx, id, attempt))) return false;
        await tx.query(
          `INSERT INTO checkpoints (id, run_id, step, attempt, manifest_key, sha256, current)
           VALUES ($1, $2, $3, $4, $5, $6, true) ON CONFLICT (run_id, step, attempt) DO NOTHING`,
          [
            `${id}-s${checkpoint.step}-a${attempt}`,
            id,
            checkpoint.step,
            attempt,
            checkpoint.manifestKey,
            checkpoint.sha256,
          ],
        );
        return true;
      });
    },

    /**
     * Ends an attempt: done, failed for good, or waiting for another worker. Returns what it left behind, or undefined
     * when the attempt no longer held the lease (then nothing was written).
     */
    async end(
      tx: Transaction,
      id: string,
      attempt: number,
      ending: { outcome: string; reason: string; result: unknown },
    ): Promise<EndedRun | undefined> {
      const [ended] = await tx.query<EndedRun>(
        `WITH held AS (
           SELECT id, CASE WHEN $3 = 'ok' THEN 'done'
                           WHEN $3 = 'preempted' OR $3 = 'infra' AND losses + 1 < $6 THEN 'waiting'
                           ELSE 'failed' END AS after
             FROM runs WHERE id = $1 AND attempt = $2::int AND state = 'leased' FOR UPDATE)
         UPDATE runs SET state = held.after, reason = nullif($4, ''), result = $5, lease_until = NULL,
                losses = losses + ($3 = 'infra')::int,
                next_at = clock_timestamp() + make_interval(secs => CASE WHEN $3 = 'infra' THEN $7 * power(2, losses) ELSE 0 END),
                finished_at = CASE WHEN held.after = 'waiting' THEN NULL ELSE clock_timestamp() END
           FROM held WHERE runs.id = held.id RETURNING runs.id, kind, state`,
        [
          id,
          attempt,
          ending.outcome,
          ending.reason.replaceAll("\0", "").slice(0, 1000),
          JSON.stringify(ending.result ?? null),
          MAX_LOSSES,
          FIRST_WAIT_SECONDS,
        ],
      );
      return ended;
    },

    /** Ends runs that lost their last worker for good: the lease is over and no attempt is left. They fail with a reason. */
    async failLost(tx: Transaction): Promise<EndedRun[]> {
      return tx.query<EndedRun>(
        `UPDATE runs SET state = 'failed', losses = losses + 1, lease_until = NULL, finished_at = clock_timestamp(),
                reason = 'every attempt lost its worker'
          WHERE state = 'leased' AND lease_until < clock_timestamp() AND losses + 1 >= $1 RETURNING id, kind, state`,
        [MAX_LOSSES],
      );
    },

    /** A finished run whose result cannot be used has failed after all. */
    async reject(tx: Transaction, id: string, reason: string): Promise<void> {
      await tx.query(`UPDATE runs SET state = 'failed', reason = $2 WHERE id = $1 AND state = 'done'`, [
        id,
        reason.replaceAll("\0", "").slice(0, 1000),
      ]);
    },
  };
}

/** Every run of one training of a dataset version, in the order they were planned. */
export async function runsOfTraining(sql: Sql, version: number, recipe: string): Promise<Run[]> {
  return sql.query<Run>(
    `SELECT ${COLUMNS} FROM runs WHERE version = $1 AND recipe = $2 AND kind = 'diffusion' ORDER BY created_at, id`,
    [version, recipe],
  );
}

/** The recipes that were trained on a dataset version. */
export async function trainedRecipes(sql: Sql, version: number): Promise<string[]> {
  const rows = await sql.query<{ recipe: string }>(
    `SELECT DISTINCT recipe FROM runs WHERE version = $1 AND kind = 'diffusion' ORDER BY recipe`,
    [version],
  );
  return rows.map(({ recipe }) => recipe);
}

/** Locks the run's row: nobody can take the lease away while this transaction lasts. */
async function holds(tx: Transaction, id: string, attempt: number): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 FROM runs WHERE id = $1 AND attempt = $2::int AND state = 'leased' FOR UPDATE`,
    [id, attempt],
  );
  return rows.length === 1;
}
