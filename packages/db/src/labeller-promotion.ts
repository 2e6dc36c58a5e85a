import type { Transaction } from "@anyone/domain/transaction";

/** Stores the decision whether a labeller answers from now on, and makes it so. Deciding twice is once. */
export async function decideLabeller(
  tx: Transaction,
  decision: {
    iteration: number;
    labellerId: string;
    previous: string | null;
    promoted: boolean;
    rule: string;
    reason: string;
    facts: Record<string, unknown>;
  },
): Promise<void> {
  const rows = await tx.query(
    `INSERT INTO promotions (id, slot, subject, previous, promoted, rule, reason, facts)
     VALUES ($1, 'vlm', $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      `vlm-${decision.iteration}`,
      decision.labellerId,
      decision.previous,
      decision.promoted,
      decision.rule,
      decision.reason,
      JSON.stringify(decision.facts),
    ],
  );
  if (rows.length === 1 && decision.promoted) {
    await tx.query(`UPDATE labellers SET promoted_at = clock_timestamp() WHERE id = $1`, [decision.labellerId]);
  }
}
