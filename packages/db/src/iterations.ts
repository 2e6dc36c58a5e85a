import type { Closed, IterationState } from "@anyone/domain/review/iteration";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import type { IterationReport } from "@anyone/domain/review/report";
import type { Sql, Transaction } from "@anyone/domain/transaction";

export interface Iteration {
  number: number;
  protocolId: string;
  evaluationSetId: string | null;
  trigger: string;
  state: IterationState;
  policy: ReviewPolicy;
  asked: number[];
  settled: number[];
  labellerBefore: string | null;
  labellerAfter: string | null;
  scores: Partial<IterationReport> | null;
  stopReason: string | null;
  /** Asset id up to which the labeller was asked in this state; empty before the first. */
  askedTo: string;
}

/** What a transition may write beside the new state. */
export type IterationPatch = Partial<
  Pick<Iteration, "evaluationSetId" | "settled" | "labellerBefore" | "labellerAfter" | "scores" | "stopReason">
> & { humanAnswers?: number };

/** An iteration with this trigger goes on where the one before it stopped; any other begins a new loop. */
export const CONTINUES = "continue";

const COLUMNS = `number, protocol_id AS "protocolId", evaluation_set_id AS "evaluationSetId", trigger, state, policy, asked,
  settled, labeller_before AS "labellerBefore", labeller_after AS "labellerAfter", scores, stop_reason AS "stopReason",
  asked_to AS "askedTo"`;

/** Iterations of annotate ⇄ review. Every transition compares the state it comes from, so that a tick may come twice. */
export const iterations = {
  async get(sql: Sql, number: number): Promise<Iteration | undefined> {
    const [row] = await sql.query<Iteration>(`SELECT ${COLUMNS} FROM iterations WHERE number = $1`, [number]);
    return row && { ...row, policy: ReviewPolicy.parse(row.policy) };
  },

  async latest(sql: Sql): Promise<Iteration | undefined> {
    const [row] = await sql.query<Iteration>(`SELECT ${COLUMNS} FROM iterations ORDER BY number DESC LIMIT 1`);
    return row && { ...row, policy: ReviewPolicy.parse(row.policy) };
  },

  /** Only one transaction at a time may open iterations. */
  async lockOpening(tx: Transaction): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('iterations'))`);
  },

  async open(
    tx: Transaction,
    iteration: Pick<Iteration, "number" | "protocolId" | "trigger" | "policy" | "asked" | "settled" | "labellerBefore">,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO iterations (number, protocol_id, trigger, policy, asked, settled, labeller_before)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        iteration.number,
        iteration.protocolId,
        iteration.trigger,
        JSON.stringify(iteration.policy),
        iteration.asked,
        iteration.settled,
        iteration.labellerBefore,
      ],
    );
  },

  /** Moves an iteration on; false when it was not in the state `from` any more, and nothing was written. */
  async move(
    tx: Transaction,
    number: number,
    { from, to, ...patch }: { from: IterationState; to: IterationState } & IterationPatch,
  ): Promise<boolean> {
    const rows = await tx.query(
      `UPDATE iterations SET state = $3, asked_to = '', evaluation_set_id = coalesce($4, evaluation_set_id),
              settled = coalesce($5, settled), labeller_before = coalesce($6, labeller_before),
              labeller_after = coalesce($7, labeller_after), scores = coalesce($8, scores),
              stop_reason = coalesce($9, stop_reason), human_answers = coalesce($10, human_answers),
              closed_at = CASE WHEN $3 = 'closed' THEN clock_timestamp() END
        WHERE number = $1 AND state = $2 RETURNING number`,
      [
        number,
        from,
        to,
        patch.evaluationSetId ?? null,
        patch.settled ?? null,
        patch.labellerBefore ?? null,
        patch.labellerAfter ?? null,
        patch.scores ? JSON.stringify(patch.scores) : null,
        patch.stopReason ?? null,
        patch.humanAnswers ?? null,
      ],
    );
    return rows.length === 1;
  },

  /** Notes that a state's labeller is asked up to an asset; a tick that comes late takes nothing back. */
  async askedTo(
    tx: Transaction,
    { number, state }: Pick<Iteration, "number" | "state">,
    assetId: string,
  ): Promise<void> {
    await tx.query(`UPDATE iterations SET asked_to = greatest(asked_to, $3) WHERE number = $1 AND state = $2`, [
      number,
      state,
      assetId,
    ]);
  },

  /** The closed iterations of the loop that `number` belongs to, oldest first, without itself. */
  async loopBefore(sql: Sql, number: number): Promise<Closed[]> {
    const rows = await sql.query<{ accuracy: number | null; settled: number }>(
      `SELECT (scores #>> '{after,all,accuracy}')::float8 AS accuracy, cardinality(settled) AS settled FROM iterations
        WHERE number < $1 AND number >= (SELECT max(number) FROM iterations WHERE number <= $1 AND trigger <> $2)
        ORDER BY number`,
      [number, CONTINUES],
    );
    return rows;
  },
};
