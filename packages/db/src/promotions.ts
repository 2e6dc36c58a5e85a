import type { PromotionDecision } from "@anyone/domain/evaluate/promotion";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** Where the promoted subject of a slot stands: the row whose `promoted_at` says since when it answers. */
const SUBJECTS = { vlm: "labellers", diffusion: "checkpoints" } as const;

/** The decision whether something answers or generates from now on. */
export interface Promotion extends PromotionDecision {
  /** Deterministic, so that deciding twice is once. */
  id: string;
  slot: keyof typeof SUBJECTS;
  /** The labeller or checkpoint; of a training that left no checkpoint, its run. */
  subject: string;
  /** What held the slot until now. */
  previous: string | null;
  facts: Record<string, unknown>;
}

/** Decisions about both slots, each stored once and carried out with it. */
export const promotions = {
  async isDecided(sql: Sql, id: string): Promise<boolean> {
    return (await sql.query(`SELECT 1 FROM promotions WHERE id = $1`, [id])).length === 1;
  },

  /** Stores a decision, and gives the slot to a promoted subject. */
  async decide(tx: Transaction, { id, slot, subject, previous, promoted, rule, reason, facts }: Promotion) {
    const rows = await tx.query(
      `INSERT INTO promotions (id, slot, subject, previous, promoted, rule, reason, facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [id, slot, subject, previous, promoted, rule, reason, JSON.stringify(facts)],
    );
    if (rows.length === 1 && promoted) {
      await tx.query(`UPDATE ${SUBJECTS[slot]} SET promoted_at = clock_timestamp() WHERE id = $1`, [subject]);
    }
  },
};
