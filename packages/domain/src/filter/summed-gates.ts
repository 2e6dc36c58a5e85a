import { canBeShown, type FilterReport, type GateReport } from "./report.ts";
import { GATE_NAMES, isReason } from "./verdict.ts";

/** A gate over one source or over all of them, told as a reader asks: what it drops, what it did not judge, what hangs on it alone. */
export interface GateRow extends Pick<GateReport, "gate" | "alone" | "perhaps"> {
  passes: number;
  drops: number;
  /** Reasons that it drops for, with their counts; what it says instead of judging, with theirs. */
  why: [string, number][];
  unjudged: [string, number][];
}

/** Every gate in order; over one source where it is named. */
export function gateRows({ gates }: Pick<FilterReport, "gates">, sourceId?: string): GateRow[] {
  return GATE_NAMES.flatMap((gate) => {
    const rows = gates.filter((row) => row.gate === gate && (sourceId === undefined || row.sourceId === sourceId));
    return rows.length === 0 ? [] : gateRow(gate, rows);
  });
}

/** A gate over the sources that these rows are of. */
export function gateRow(gate: GateReport["gate"], rows: readonly GateReport[]): GateRow {
  const says = new Map<string, number>();
  for (const row of rows) {
    for (const [what, count] of Object.entries(row.says)) says.set(what, (says.get(what) ?? 0) + count);
  }
  const why = [...says].filter(([what]) => isReason(what));
  return {
    gate,
    passes: says.get("passes") ?? 0,
    drops: why.reduce((sum, [, count]) => sum + count, 0),
    why,
    unjudged: [...says].filter(([what]) => !isReason(what) && what !== "passes"),
    alone: rows.reduce((sum, { alone }) => sum + alone, 0),
    perhaps: rows.reduce((sum, { perhaps }) => sum + perhaps, 0),
  };
}

/** How many candidates ended by other thresholds than those of the report, by their versions. */
export function decidedByOthers({ decidedBy, thresholds }: Pick<FilterReport, "decidedBy" | "thresholds">) {
  return Object.entries(decidedBy).filter(([version]) => version !== thresholds.version);
}

/** The recorded reasons of all sources, most frequent first. */
export function recordedReasons({ sources }: Pick<FilterReport, "sources">): { reason: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { reasons } of sources) {
    for (const [reason, count] of Object.entries(reasons)) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

/** Samples of one outcome (null: kept), in turn from every source, so that none of them fills the row; what can be shown comes first. */
export function samplesOf({ samples }: Pick<FilterReport, "samples">, reason: string | null, most: number): Sample[] {
  const lists = samples
    .filter((one) => one.reason === reason)
    .map(({ sourceId, candidates }) => candidates.map((candidate) => ({ ...candidate, sourceId })));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list[place] ?? []))
    .flat()
    .toSorted((a, b) => Number(canBeShown(b)) - Number(canBeShown(a)))
    .slice(0, most);
}

export interface Sample {
  id: string;
  sourceId: string;
  assetId: string | null;
  viewable: boolean;
}
