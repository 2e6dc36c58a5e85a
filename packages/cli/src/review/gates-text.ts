import type { GateDecision } from "@anyone/contracts/review";
import { table } from "../output.ts";

/** What the gate found of each question after an iteration, those about which something is still open first. */
export function gatesText(
  iteration: number,
  gates: readonly GateDecision[],
  nameOf: (category: number) => string,
): string {
  if (gates.length === 0)
    return `Iteration ${iteration} has not been scored yet: its gates are read when its labeller has learned.`;
  const count = (evidence: string) => gates.filter((gate) => gate.evidence === evidence).length;
  const [first] = gates;
  return [
    table([
      ["question", "right", "of", "accuracy", "interval", "e-value", "evidence", "answers missing", "verdict"],
      ...[...gates]
        .sort((a, b) => ORDER.indexOf(a.evidence) - ORDER.indexOf(b.evidence) || a.category - b.category)
        .map((gate) => [
          nameOf(gate.category),
          gate.correct,
          gate.n,
          percent(gate.accuracy),
          gate.low === null || gate.high === null ? "–" : `${percent(gate.low)} to ${percent(gate.high)}`,
          gate.logAbove === null ? "–" : `${eValue(gate.logAbove)} of ${eValue(gate.logNeeded ?? 0)}`,
          gate.drifted ? "drifted" : (gate.evidence ?? "–"),
          gate.needed === null ? "unknown" : gate.needed === 0 ? "none" : `about ${gate.needed}`,
          gate.verdict,
        ]),
    ]),
    `By evidence ${count("graduate")} graduate, ${count("tail")} are the tail, ${count("undecided")} are undecided and stay with people; the point rule would let ${gates.filter(({ overPoint }) => overPoint).length} go.`,
    ...(first?.attempt == null
      ? []
      : [
          `${first.labellerId ?? "The labeller"} is number ${first.attempt} of those held against evaluation set ${first.evaluationSetId}, at alpha ${(first.alpha ?? 0).toFixed(4)}.`,
        ]),
  ].join("\n");
}

const ORDER: readonly GateDecision["evidence"][] = [null, "undecided", "tail", "graduate"];

function percent(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}

/** In powers of ten where it is far from 1. */
function eValue(log: number): string {
  const tens = log / Math.LN10;
  return Math.abs(tens) < 4 ? Number(Math.exp(log).toPrecision(2)).toString() : `1e${Math.round(tens)}`;
}
