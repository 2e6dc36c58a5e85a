import { fault } from "@anyone/domain/fault";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** A version of the labeller. Number 0 is the untrained one: it has no object and answers from a prior. */
export interface Labeller {
  id: string;
  number: number;
  protocolId: string;
  model: string;
  tier: string;
  objectKey: string | null;
  sha256: string | null;
  iteration: number | null;
  /** Human answers it learned from. */
  trainedOn: number;
  facts: Record<string, unknown>;
  promoted: boolean;
}

const COLUMNS = `id, number, protocol_id AS "protocolId", model, tier, object_key AS "objectKey", sha256, iteration,
  trained_on AS "trainedOn", facts, promoted_at IS NOT NULL AS promoted`;

/** Versions of the labeller and which one answers now: the one promoted last. */
export function labellerRepository(db: Sql) {
  return {
    async get(id: string): Promise<Labeller> {
      const [labeller] = await db.query<Labeller>(`SELECT ${COLUMNS} FROM labellers WHERE id = $1`, [id]);
      if (!labeller) throw fault("not-found", `There is no labeller ${id}.`);
      return labeller;
    },

    async promoted(protocolId: string): Promise<Labeller | undefined> {
      const [labeller] = await db.query<Labeller>(
        `SELECT ${COLUMNS} FROM labellers WHERE protocol_id = $1 AND promoted_at IS NOT NULL
          ORDER BY promoted_at DESC LIMIT 1`,
        [protocolId],
      );
      return labeller;
    },

    /** Adds a version; one that is there already stays as it is. */
    async add(tx: Transaction, labeller: Omit<Labeller, "promoted">): Promise<void> {
      await tx.query(
        `INSERT INTO labellers (id, number, protocol_id, model, tier, object_key, sha256, iteration, trained_on, facts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO NOTHING`,
        [
          labeller.id,
          labeller.number,
          labeller.protocolId,
          labeller.model,
          labeller.tier,
          labeller.objectKey,
          labeller.sha256,
          labeller.iteration,
          labeller.trainedOn,
          JSON.stringify(labeller.facts),
        ],
      );
    },

    /** From now on this version answers. */
    async promote(tx: Transaction, id: string): Promise<void> {
      await tx.query(`UPDATE labellers SET promoted_at = clock_timestamp() WHERE id = $1`, [id]);
    },
  };
}
