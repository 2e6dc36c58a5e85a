import { fault } from "@anyone/domain/fault";
import type { Sql } from "@anyone/domain/transaction";

/** Saved weights of a run at a step, with what the run was. */
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

/** Checkpoints as the runs' attempts committed them. */
export const checkpoints = {
  async get(sql: Sql, id: string): Promise<Checkpoint> {
    const [checkpoint] = await sql.query<Checkpoint>(`${CHECKPOINT} WHERE c.id = $1`, [id]);
    if (!checkpoint) throw fault("not-found", `There is no checkpoint ${id}.`);
    return checkpoint;
  },

  /** The last current checkpoint of a run: what it left behind. */
  async newestOf(sql: Sql, runId: string): Promise<Checkpoint | undefined> {
    const [checkpoint] = await sql.query<Checkpoint>(
      `${CHECKPOINT} WHERE c.run_id = $1 AND c.current ORDER BY c.step DESC, c.attempt DESC LIMIT 1`,
      [runId],
    );
    return checkpoint;
  },

  /** The checkpoint that generates now, if one was ever promoted. */
  async promoted(sql: Sql): Promise<Checkpoint | undefined> {
    const [checkpoint] = await sql.query<Checkpoint>(
      `${CHECKPOINT} WHERE c.promoted_at IS NOT NULL ORDER BY c.promoted_at DESC LIMIT 1`,
    );
    return checkpoint;
  },
};
