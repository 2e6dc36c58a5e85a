import type { GateDecision } from "@anyone/domain/review/gate";
import type { GoldError } from "@anyone/domain/review/gold-error";
import type { Sql, Transaction } from "@anyone/domain/transaction";

/** What all decisions of one iteration have in common: which labeller was held against which answers. */
export interface DecisionOrigin {
  iteration: number;
  labellerId: string | null;
  evaluationSetId: string | null;
  /** Which labeller it is of those held against this evaluation set, from 1. */
  attempt: number;
  goldErrors: readonly GoldError[];
}

/** All versions of set $1: they share answers, so a labeller that was held against one was held against all. */
const VERSIONS = `(SELECT v.id FROM evaluation_sets v JOIN evaluation_sets s USING (protocol_id) WHERE s.id = $1)`;

/** Decisions of the gate, with all they were made by; rows are only ever added. */
export const gateDecisions = {
  async record(tx: Transaction, origin: DecisionOrigin, decisions: readonly GateDecision[]): Promise<void> {
    const gold = new Map(origin.goldErrors.map(({ category, ofConsensus }) => [category, ofConsensus]));
    const rows = decisions.map(
      ({ overBound, overPoint, lowerBound, logAbove, logBelow, logNeeded, logDrift, ...rest }) => ({
        ...rest,
        ...{ over_bound: overBound, over_point: overPoint, lower_bound: lowerBound },
        ...{ log_above: logAbove, log_below: logBelow, log_needed: logNeeded, log_drift: logDrift },
        gold_error: gold.get(rest.category) ?? null,
      }),
    );
    await tx.query(
      `INSERT INTO gate_decisions (iteration, labeller_id, evaluation_set_id, attempt, category, n, correct, accuracy,
              lower_bound, over_bound, over_point, verdict, evidence, log_above, log_below, log_needed, low, high, alpha,
              gold_error, needed, drifted, log_drift)
       SELECT $1, $2, $3, $4, r.* FROM jsonb_to_recordset($5::jsonb) AS r (category smallint, n int, correct int, accuracy real,
              lower_bound real, over_bound bool, over_point bool, verdict text, evidence text, log_above float8,
              log_below float8, log_needed float8, low real, high real, alpha real, gold_error real, needed int, drifted bool, log_drift float8)
       ON CONFLICT DO NOTHING`,
      [origin.iteration, origin.labellerId, origin.evaluationSetId, origin.attempt, JSON.stringify(rows)],
    );
  },

  /**
   * Which labeller this is of those that were held against the evaluation set, in whichever version, until `iteration`, from 1; one that was decided
   * about before keeps its number, since its evidence goes on. Labellers that did not get to answer count as well: that the
   * better of two was decided about is a choice by the same answers, so each that might have been has a number of its own.
   */
  async attemptOf(
    sql: Sql,
    { iteration, evaluationSetId, labellerId }: Pick<DecisionOrigin, "iteration" | "evaluationSetId" | "labellerId">,
  ): Promise<number> {
    const decided = await sql.query<{ labeller: string | null; attempt: number }>(
      `SELECT labeller_id AS labeller, min(attempt)::int AS attempt FROM gate_decisions
        WHERE evaluation_set_id IN ${VERSIONS} AND iteration < $2 GROUP BY 1`,
      [evaluationSetId, iteration],
    );
    const own = decided.find(({ labeller }) => labeller === labellerId);
    if (own) return own.attempt;
    const [learned] = await sql.query<{ count: number; own: boolean }>(
      `SELECT count(*)::int AS count, coalesce(bool_or(l.id = $3 AND l.iteration = $2), false) AS own
         FROM labellers l JOIN iterations i ON i.number = l.iteration
        WHERE i.evaluation_set_id IN ${VERSIONS} AND i.number <= $2`,
      [evaluationSetId, iteration, labellerId],
    );
    const { count, own: isNew } = learned ?? { count: 0, own: false };
    // the number of this iteration's own labeller; the one before it, decided about in its place, has the one after
    const next = Math.max(1, count, ...decided.map(({ attempt }) => attempt + 1));
    return isNew || count === 0 ? next : next + 1;
  },

  /** Categories that the iteration before this one took back: they stay back while the same labeller answers. */
  async driftedBefore(sql: Sql, iteration: number): Promise<number[]> {
    const rows = await sql.query<{ category: number }>(
      `SELECT category::int AS category FROM gate_decisions WHERE iteration = $1 - 1 AND drifted ORDER BY 1`,
      [iteration],
    );
    return rows.map(({ category }) => category);
  },
};
