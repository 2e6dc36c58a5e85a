import type { Gates } from "./gate.ts";
import { firstDrop, ownVerdicts } from "./judge.ts";
import type { Cuts } from "./ranking.ts";
import type { JudgedCandidate } from "./stored.ts";
import { type DropReason, GATE_NAMES, GATE_OF, type GateName } from "./verdict.ts";

/** A candidate that the filter ended, with all that judging it again asks for. */
export interface Rejudgeable extends JudgedCandidate {
  /** Whether its bytes are stored. */
  stored: boolean;
  /** The asset that it is a near duplicate of, also while a gate drops it, with what was measured on that; null where there is none. */
  twin: {
    id: string;
    sourceId: string;
    measured: JudgedCandidate["measured"];
    cuts: Cuts;
  } | null;
}

/** What becomes of a candidate that is judged again; `by`: the gate that drops now, or dropped before. */
export type Rejudged =
  /** Nothing was measured on it, or another candidate's verdict is its own. */
  | { to: "unjudged" }
  /** As before. */
  | { to: "kept" }
  /** As before, for this reason. */
  | { to: "dropped"; reason: DropReason }
  /** Its asset leaves the pool. */
  | { to: "withdrawn"; reason: DropReason; by: GateName | undefined }
  /** Its asset comes back, if nothing in the pool is too like it by now. */
  | { to: "returned"; by: GateName | undefined }
  /** Its stored bytes go through the filter, which makes an asset of them. */
  | { to: "admitted"; by: GateName | undefined }
  /** The same, but a gate that is on has not seen it: it may still be dropped. */
  | { to: "measured" }
  /** The same, but its bytes must be fetched again first. */
  | { to: "fetched" };

/**
 * Judges a candidate again by what was measured on it. It reads nothing but its arguments, and once what it says is done it says only
 * "kept" or "dropped": judging twice is judging once.
 */
export function rejudge(candidate: Rejudgeable, gates: Gates): Rejudged {
  const { measured, cuts, kept, reason: before } = candidate;
  if (!measured || before === "duplicate" || before === "unmeasurable") return { to: "unjudged" };
  const reason = firstDrop(measured, gates, cuts);
  if (reason) return kept ? { to: "withdrawn", reason, by: gateOf(reason) } : { to: "dropped", reason };
  if (kept) return { to: "kept" };
  if (isStillThere(candidate, gates)) return { to: "dropped", reason: "near-duplicate" };
  const by = gateOf(before);
  if (candidate.assetId !== null) return { to: "returned", by };
  if (!candidate.stored) return { to: "fetched" };
  return isWhollyMeasured(candidate, gates) ? { to: "admitted", by } : { to: "measured" };
}

/** Whether every gate that is on has seen a candidate. */
export function isWhollyMeasured({ measured, cuts }: JudgedCandidate, gates: Gates): boolean {
  return measured !== undefined && !Object.values(ownVerdicts(measured, gates, cuts)).includes("unmeasured");
}

/** Whether what a near duplicate is like stays in the pool, or returns to it by the same thresholds. */
function isStillThere({ twin }: Rejudgeable, gates: Gates): boolean {
  if (!twin?.measured) return false;
  return firstDrop(twin.measured, gates, twin.cuts) === undefined;
}

/** What a dropped candidate failed at; undefined for what no gate drops for. */
function gateOf(reason: DropReason | null): GateName | undefined {
  return reason === null ? undefined : GATE_OF[reason];
}

/** How many of some candidates change, and where. */
export interface RejudgeCounts {
  judged: number;
  newlyKept: number;
  newlyDropped: number;
  toMeasure: number;
  toFetch: number;
}

/** What judging again would change. */
export interface RejudgeSummary extends RejudgeCounts {
  /** Kept, though a gate that is on has not seen them. */
  unmeasured: number;
  byGate: { gate: string; newlyKept: number; newlyDropped: number }[];
  bySource: { source: string; newlyKept: number; newlyDropped: number }[];
}

/** Counts what becomes of candidates, in any order. Gates stand in their order, sources in that of their names. */
export function collectRejudged(gates: Gates): {
  add(candidate: Rejudgeable, becomes: Rejudged): void;
  close(): RejudgeSummary;
} {
  const counts: RejudgeCounts = { judged: 0, newlyKept: 0, newlyDropped: 0, toMeasure: 0, toFetch: 0 };
  const byGate = new Map<string, { newlyKept: number; newlyDropped: number }>();
  const bySource = new Map<string, { newlyKept: number; newlyDropped: number }>();
  let unmeasured = 0;
  return {
    add(candidate, becomes) {
      if (becomes.to === "unjudged") return;
      counts.judged++;
      if (becomes.to === "kept" && !isWhollyMeasured(candidate, gates)) unmeasured++;
      if (becomes.to === "measured") counts.toMeasure++;
      if (becomes.to === "fetched") counts.toFetch++;
      const change = becomes.to === "withdrawn" ? "newlyDropped" : isAdmission(becomes) ? "newlyKept" : undefined;
      if (!change || !("by" in becomes)) return;
      counts[change]++;
      increase(byGate, becomes.by ?? "pool", change);
      increase(bySource, candidate.sourceId, change);
    },
    close: () => ({
      ...counts,
      unmeasured,
      byGate: [...GATE_NAMES, "pool"].flatMap((gate) => {
        const found = byGate.get(gate);
        return found ? [{ gate, ...found }] : [];
      }),
      bySource: [...bySource].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([source, found]) => ({ source, ...found })),
    }),
  };
}

function isAdmission({ to }: Rejudged): boolean {
  return to === "returned" || to === "admitted";
}

function increase(
  all: Map<string, { newlyKept: number; newlyDropped: number }>,
  name: string,
  change: "newlyKept" | "newlyDropped",
): void {
  const found = all.get(name) ?? { newlyKept: 0, newlyDropped: 0 };
  found[change]++;
  all.set(name, found);
}
