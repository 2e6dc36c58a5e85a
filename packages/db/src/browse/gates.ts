import type { Sql } from "@anyone/domain/transaction";
import { read } from "./page.ts";

/** What the gate found for one category, and what it was decided by; null where it was decided before that was kept. */
export interface GateDecisionRow {
  category: number;
  n: number;
  correct: number;
  accuracy: number | null;
  lowerBound: number | null;
  overBound: boolean;
  overPoint: boolean;
  verdict: "settled" | "open" | "no-evidence";
  evidence: "graduate" | "tail" | "undecided" | null;
  logAbove: number | null;
  logBelow: number | null;
  logNeeded: number | null;
  low: number | null;
  high: number | null;
  alpha: number | null;
  attempt: number | null;
  labellerId: string | null;
  evaluationSetId: string | null;
  goldError: number | null;
  needed: number | null;
  drifted: boolean;
  logDrift: number | null;
}

/** One category's evidence at the end of one iteration. */
export interface EvidencePoint {
  iteration: number;
  category: number;
  logAbove: number;
  logBelow: number;
  low: number;
  high: number;
  accuracy: number | null;
}

/** What all rules found per category at the end of an iteration. */
export function readGates(sql: Sql, iteration: number): Promise<GateDecisionRow[]> {
  return read(
    sql,
    `select category, n, correct, accuracy, lower_bound as "lowerBound", over_bound as "overBound",
            over_point as "overPoint", verdict, evidence, log_above as "logAbove", log_below as "logBelow",
            log_needed as "logNeeded", low, high, alpha, attempt, labeller_id as "labellerId",
            evaluation_set_id as "evaluationSetId", gold_error as "goldError", needed, drifted, log_drift as "logDrift"
       from gate_decisions where iteration = $1 order by category`,
    [iteration],
  );
}

/** The evidence of every category at the end of each iteration of the same protocol, up to `iteration`, oldest first. */
export function readEvidence(sql: Sql, iteration: number): Promise<EvidencePoint[]> {
  return read(
    sql,
    `select d.iteration, d.category, d.log_above as "logAbove", d.log_below as "logBelow", d.low, d.high, d.accuracy
       from gate_decisions d join iterations i on i.number = d.iteration
      where d.iteration <= $1 and d.evidence is not null
        and i.protocol_id = (select protocol_id from iterations where number = $1)
      order by d.iteration, d.category`,
    [iteration],
  );
}
