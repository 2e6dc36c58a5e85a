import { fault } from "@anyone/domain/fault";
import type { Transaction } from "@anyone/domain/transaction";
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

export interface MetricRow {
  step: number;
  name: string;
  value: number;
}

/** Attempts after which a run that keeps losing its worker fails for good. */
const MAX_ATTEMPTS = 5;

const COLUMNS = "id, kind, recipe, config, arm, seed, version, iteration, state, attempt, result, reason";

export type Runs = ReturnType<typeof runRepository>;

/** Runs, their metrics and checkpoints. Only the database's clock decides who holds a lease. */
export function runRepository(db: OpenDatabase) {
  return {
    async get(id: string): Promise<Run> {
      const [run] = await db.query<Run>(`SELECT ${COLUMNS} FROM runs WHERE id = $1`, [id]);
      if (!run) throw fault("not-found", `There is no run ${id}.`);
      return run;
    },

    /** Every run of a dataset version, in the order they were planned. */
    async ofVersion(version: number, kind: RunKind): Promise<Run[]> {
      return db.query<Run>(`SELECT ${COLUMNS} FROM runs WHERE version = $1 AND kind = $2 ORDER BY created_at, id`, [
        version,
        kind,
      ]);
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

    /** Gives the oldest waiting run (or one whose lease ran out) to a worker; undefined when nothing waits. */
    async lease(worker: string, kinds: readonly string[], seconds: number): Promise<LeasedRun | undefined> {
      const [run] = await db.query<{ id: string; kind: RunKind; attempt: number; config: Record<string, unknown> }>(
        `UPDATE runs SET state = 'leased', attempt = attempt + 1, worker = $1,
                lease_until = clock_timestamp() + make_interval(secs => $3),
                started_at = coalesce(started_at, clock_timestamp())
          WHERE id = (SELECT id FROM runs
                       WHERE kind = ANY($2) AND attempt < $4
                         AND (state = 'waiting' OR (state = 'leased' AND lease_until < clock_timestamp()))
                       ORDER BY (kind = 'labeller') DESC, created_at, id FOR UPDATE SKIP LOCKED LIMIT 1)
          RETURNING id, kind, attempt, config`,
        [worker, kinds, seconds, MAX_ATTEMPTS],
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
          WHERE id = $1 AND attempt = $2 AND state = 'leased' RETURNING id`,
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
            checkpointId(id, checkpoint.step, attempt),
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
     * Ends an attempt: done, failed for good, or waiting for another worker. Returns the state it left behind, or
     * undefined when the attempt no longer held the lease (then nothing was written).
     */
    async end(
      tx: Transaction,
      id: string,
      attempt: number,
      ending: { outcome: string; reason: string; result: unknown },
    ): Promise<RunState | undefined> {
      const again = ending.outcome === "preempted" || (ending.outcome === "infra" && attempt < MAX_ATTEMPTS);
      const state: RunState = ending.outcome === "ok" ? "done" : again ? "waiting" : "failed";
      const rows = await tx.query(
        `UPDATE runs SET state = $3, reason = nullif($4, ''), result = $5, lease_until = NULL,
                attempt = attempt, finished_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE clock_timestamp() END
          WHERE id = $1 AND attempt = $2 AND state = 'leased' RETURNING id`,
        [id, attempt, state, ending.reason, JSON.stringify(ending.result ?? null)],
      );
      return rows.length === 1 ? state : undefined;
    },

    /** Runs that lost their last worker for good: attempts used up, lease over. They fail with a reason. */
    async failLost(tx: Transaction): Promise<{ id: string; kind: RunKind }[]> {
      return tx.query<{ id: string; kind: RunKind }>(
        `UPDATE runs SET state = 'failed', finished_at = clock_timestamp(), reason = 'every attempt lost its worker'
          WHERE state = 'leased' AND lease_until < clock_timestamp() AND attempt >= $1 RETURNING id, kind`,
        [MAX_ATTEMPTS],
      );
    },

    /** The newest current checkpoint of a run. */
    async newestCheckpoint(id: string): Promise<Checkpoint | undefined> {
      const [checkpoint] = await db.query<Checkpoint>(
        `${CHECKPOINT} WHERE c.run_id = $1 AND c.current ORDER BY c.step DESC, c.attempt DESC LIMIT 1`,
        [id],
      );
      return checkpoint;
    },

    async checkpoint(id: string): Promise<Checkpoint> {
      const [checkpoint] = await db.query<Checkpoint>(`${CHECKPOINT} WHERE c.id = $1`, [id]);
      if (!checkpoint) throw fault("not-found", `There is no checkpoint ${id}.`);
      return checkpoint;
    },

    /** The checkpoint that generates now, if one was ever promoted. */
    async promoted(): Promise<Checkpoint | undefined> {
      const [checkpoint] = await db.query<Checkpoint>(
        `${CHECKPOINT} WHERE c.promoted_at IS NOT NULL ORDER BY c.promoted_at DESC LIMIT 1`,
      );
      return checkpoint;
    },

    async cancel(tx: Transaction, id: string): Promise<boolean> {
      const rows = await tx.query(
        `UPDATE runs SET state = 'cancelled', finished_at = clock_timestamp(), reason = 'cancelled by a person'
          WHERE id = $1 AND state IN ('waiting', 'leased') RETURNING id`,
        [id],
      );
      return rows.length === 1;
    },
  };
}

export interface Checkpoint {
  id: string;
  runId: string;
  step: number;
  manifestKey: string;
  sha256: string;
  version: number | null;
  arm: string | null;
  seed: number;
  recipe: string;
}

const CHECKPOINT = `SELECT c.id, c.run_id AS "runId", c.step, c.manifest_key AS "manifestKey", c.sha256, r.version, r.arm, r.seed, r.recipe
                      FROM checkpoints c JOIN runs r ON r.id = c.run_id`;

function checkpointId(runId: string, step: number, attempt: number): string {
  return `${runId}-s${step}-a${attempt}`;
}

/** Locks the run's row: nobody can take the lease away while this transaction lasts. */
async function holds(tx: Transaction, id: string, attempt: number): Promise<boolean> {
  const rows = await tx.query(`SELECT 1 FROM runs WHERE id = $1 AND attempt = $2 AND state = 'leased' FOR UPDATE`, [
    id,
    attempt,
  ]);
  return rows.length === 1;
}
