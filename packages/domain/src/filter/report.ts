import { z } from "zod";
import { ModelIdentity } from "../model.ts";
import { canonicalJson } from "./canonical.ts";
import { DIAL_KEYS, DIALS } from "./dials.ts";
import { Gates } from "./gate.ts";
import { ScoreHistogram, type Tally, tallyOf } from "./histogram.ts";
import { ownVerdicts } from "./judge.ts";
import type { JudgedCandidate } from "./stored.ts";
import { GATE_NAMES, isReason, type OwnVerdicts } from "./verdict.ts";

const Count = z.number().int();

/** What one gate says of a source's candidates by itself, under the thresholds in force. */
export const GateReport = z.object({
  sourceId: z.string(),
  gate: z.enum(GATE_NAMES),
  /** By what it says: a reason, or passes | unavailable | off | unmeasured. */
  says: z.record(z.string(), Count),
  /** Dropped by this gate and by no other: these would pass if it alone were lifted. */
  alone: Count,
  /** Dropped by this gate, and other gates have not seen them: these may pass. */
  perhaps: Count,
});
export type GateReport = z.infer<typeof GateReport>;

export const FilterReport = z.object({
  /** sha256 over the canonical JSON of the thresholds and of who measured. */
  hash: z.string(),
  thresholds: Gates,
  /** Every model that measured a candidate of this report, and how many. */
  models: z.array(ModelIdentity.extend({ candidates: Count })),
  candidates: Count,
  /** Candidates by the version of the thresholds that ended them. Others than those in force await `filter rejudge`. */
  decidedBy: z.record(z.string(), Count),
  sources: z.array(
    z.object({ sourceId: z.string(), candidates: Count, kept: Count, reasons: z.record(z.string(), Count) }),
  ),
  gates: z.array(GateReport),
  histograms: z.array(ScoreHistogram),
  /** A few of each source and reason, always the same: of those that can be shown, the ones with the least ids. Null is what was kept. */
  samples: z.array(
    z.object({
      sourceId: z.string(),
      reason: z.string().nullable(),
      candidates: z.array(z.object({ id: z.string(), assetId: z.string().nullable(), viewable: z.boolean() })),
    }),
  ),
});
export type FilterReport = z.infer<typeof FilterReport>;

const SAMPLES = 6;

/** Collects judged candidates one by one, in any order, into a report that knows them all. */
export interface ReportCollector {
  add(candidate: JudgedCandidate): void;
  /** `sha256` hashes text to hex: the domain has no hash of its own. */
  close(sha256: (text: string) => string): FilterReport;
}

/**
 * The report of the filter under these thresholds. What each gate says is judged anew from the stored measurements, so the report
 * depends on the thresholds, the candidates and nothing else: the same ones give the same bytes.
 */
export function collectReport(gates: Gates): ReportCollector {
  const sources = new Map<string, { candidates: number; kept: number; reasons: Map<string, number> }>();
  const counts = new Map<string, { says: Map<string, number>; alone: number; perhaps: number }>();
  const samples = new Map<string, SampleOf[]>();
  const models = new Map<string, number>();
  const nameOf = remembered(canonicalJson);
  const versions = new Map<string, number>();
  const dials = new Map(DIALS.map((dial) => [dial.key, tallyOf(dial, gates)] as [string, Tally]));
  let candidates = 0;

  function addVerdicts(sourceId: string, says: OwnVerdicts): void {
    const drops = GATE_NAMES.filter((gate) => isReason(says[gate]));
    const unseen = GATE_NAMES.some((gate) => says[gate] === "unmeasured");
    for (const gate of GATE_NAMES) {
      const count = entry(counts, pair(sourceId, gate), () => ({ says: new Map(), alone: 0, perhaps: 0 }));
      increase(count.says, says[gate] ?? "unmeasured");
      if (drops.length === 1 && drops[0] === gate) count[unseen ? "perhaps" : "alone"]++;
    }
  }

  return {
    add(candidate) {
      const { sourceId, measured, reason } = candidate;
      candidates++;
      const source = entry(sources, sourceId, () => ({ candidates: 0, kept: 0, reasons: new Map() }));
      source.candidates++;
      if (candidate.kept) source.kept++;
      else increase(source.reasons, reason ?? "unknown");
      increase(versions, candidate.thresholds);
      keepLeast(
        entry(samples, pair(sourceId, candidate.kept ? "" : (reason ?? "unknown")), () => []),
        candidate,
      );
      // The same bytes again are judged where they were found first, whether or not they were measured before that was seen.
      if (!measured || reason === "duplicate") return;
      for (const model of new Set(measured.models.map(nameOf))) increase(models, model);
      const says = ownVerdicts(measured, gates, candidate.cuts);
      addVerdicts(sourceId, says);
      for (const tally of dials.values()) tally.add(candidate, says);
    },

    close(sha256) {
      const measuredBy = [...models]
        .toSorted(([a], [b]) => compare(a, b))
        .map(([model, count]) => ({ ...ModelIdentity.parse(JSON.parse(model)), candidates: count }));
      const identities = measuredBy.map(({ candidates: _, ...identity }) => identity);
      return {
        hash: sha256(canonicalJson({ thresholds: gates, models: identities })),
        thresholds: gates,
        models: measuredBy,
        candidates,
        decidedBy: sorted(versions),
        sources: byKey(sources, (sourceId, { reasons, ...rest }) => ({ sourceId, ...rest, reasons: sorted(reasons) })),
        gates: [...sources.keys()].toSorted(compare).flatMap((sourceId) =>
          GATE_NAMES.flatMap((gate): GateReport[] => {
            const count = counts.get(pair(sourceId, gate));
            return count ? [{ sourceId, gate, ...count, says: sorted(count.says) }] : [];
          }),
        ),
        histograms: DIAL_KEYS.flatMap((key) => dials.get(key)?.close() ?? []),
        samples: byKey(samples, (key, found) => {
          const [sourceId, reason] = JSON.parse(key) as [string, string];
          return { sourceId, reason: reason || null, candidates: found };
        }),
      };
    },
  };
}

type SampleOf = Pick<JudgedCandidate, "id" | "assetId" | "viewable">;

/** Keeps those that can be shown before those that can't, and of either the ones with the least ids, in that order. */
function keepLeast(found: SampleOf[], { id, assetId, viewable }: JudgedCandidate): void {
  const last = found.at(-1);
  const sample = { id, assetId, viewable };
  if (found.length === SAMPLES && last && byWorth(last, sample) < 0) return;
  found.push(sample);
  found.sort(byWorth);
  found.splice(SAMPLES);
}

function byWorth(a: SampleOf, b: SampleOf): number {
  return Number(canBeShown(b)) - Number(canBeShown(a)) || compare(a.id, b.id);
}

/** Whether there is a picture of a candidate: its asset's, or one that a browser opens. */
export function canBeShown({ assetId, viewable }: Pick<SampleOf, "assetId" | "viewable">): boolean {
  return assetId !== null || viewable;
}

/** `name` of what has the same JSON is asked for once: the same few models measured every candidate. */
function remembered(name: (value: unknown) => string): (value: unknown) => string {
  const names = new Map<string, string>();
  return (value) => entry(names, JSON.stringify(value), () => name(value));
}

const pair = (a: string, b: string) => JSON.stringify([a, b]);
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].toSorted(([a], [b]) => compare(a, b)));
}

function byKey<Value, Row>(map: ReadonlyMap<string, Value>, row: (key: string, value: Value) => Row): Row[] {
  return [...map].toSorted(([a], [b]) => compare(a, b)).map(([key, value]) => row(key, value));
}
