import { z } from "zod";
import { DIAL_KEYS, type Dial, lifted, tightened } from "./dials.ts";
import type { Gates } from "./gate.ts";
import { ownVerdict } from "./judge.ts";
import type { JudgedCandidate } from "./stored.ts";
import { DropReason, GATE_NAMES, isReason, type OwnVerdicts } from "./verdict.ts";

const Bins = z.array(z.number().int());

/**
 * One score over the candidates that have it. Bin i reaches from `edges[i]` to `edges[i + 1]`; what lies beyond is counted in the first or
 * last one. A value that is an edge belongs to the side on which a threshold there would put it, so sums of bins are exact.
 */
export const ScoreHistogram = z.object({
  dial: z.enum(DIAL_KEYS),
  gate: z.enum(GATE_NAMES),
  reason: DropReason,
  direction: z.enum(["least", "most"]),
  /** The threshold in force, always one of the edges; null when the gate is off. */
  threshold: z.number().nullable(),
  edges: z.array(z.number()),
  sources: z.array(
    z.object({
      sourceId: z.string(),
      all: Bins,
      /** Only this threshold decides about these: every other one lets them pass. */
      alone: Bins,
      /** Other gates have not seen these, and none of those that have drops them. */
      perhaps: Bins,
    }),
  ),
});
export type ScoreHistogram = z.infer<typeof ScoreHistogram>;

export interface Tally {
  /** `says`: what each gate says of it under the thresholds in force. */
  add(candidate: JudgedCandidate, says: OwnVerdicts): void;
  /** Undefined when no candidate has the score. */
  close(): ScoreHistogram | undefined;
}

/** Files one score's values, source by source. */
export function tallyOf(dial: Dial, gates: Gates): Tally {
  const { key, gate, reason, direction } = dial;
  const threshold = gates[key];
  const edges = edgesOf(dial, threshold);
  // a dial moves its own gate alone: what the others say is the same wherever it stands
  const others = GATE_NAMES.filter((name) => name !== gate);
  const [open, shut] = [lifted(gates, dial), tightened(gates, dial)];
  const sources = new Map<string, { all: number[]; alone: number[]; perhaps: number[] }>();
  const empty = () => new Array<number>(edges.length - 1).fill(0);

  return {
    add({ sourceId, measured, cuts, reason: recorded }, says) {
      const score = measured && dial.score(measured, gates);
      if (!measured || score === undefined) return;
      const bins = sources.get(sourceId) ?? { all: empty(), alone: empty(), perhaps: empty() };
      sources.set(sourceId, bins);
      const at = binOf(edges, score, direction);
      increase(bins.all, at);
      if (isOfThePool(recorded) || others.some((name) => isReason(says[name]))) return;
      const lenient = ownVerdict(gate, measured, open, cuts);
      if (isReason(lenient) || !isReason(ownVerdict(gate, measured, shut, cuts))) return;
      const unseen = lenient === "unmeasured" || others.some((name) => says[name] === "unmeasured");
      increase(unseen ? bins.perhaps : bins.alone, at);
    },
    close() {
      if (sources.size === 0) return undefined;
      return {
        ...{ dial: key, gate, reason, direction, threshold, edges },
        sources: [...sources]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([sourceId, bins]) => ({ sourceId, ...bins })),
      };
    },
  };
}

/** How many of a source's candidates a moved threshold would let in and put out. `perhaps` would have to be measured first. */
export interface Change {
  sourceId: string;
  admitted: number;
  perhaps: number;
  withdrawn: number;
}

/** What changes when the threshold moves to one of the edges, or to null: off. */
export function changesAt(histogram: ScoreHistogram, moved: number | null): Change[] {
  const { edges, direction, threshold } = histogram;
  const passing = (at: number | null, bin: number) =>
    at === null || (direction === "least" ? (edges[bin] as number) >= at : (edges[bin + 1] as number) <= at);
  return histogram.sources.map(({ sourceId, alone, perhaps }) => {
    const change = { sourceId, admitted: 0, perhaps: 0, withdrawn: 0 };
    alone.forEach((count, bin) => {
      const [before, after] = [passing(threshold, bin), passing(moved, bin)];
      if (!before && after) {
        change.admitted += count;
        change.perhaps += perhaps[bin] ?? 0;
      } else if (before && !after) change.withdrawn += count;
    });
    return change;
  });
}

/** The scale's steps, and the threshold in force among them. */
function edgesOf({ from, to, step }: Dial, threshold: number | null): number[] {
  const steps = Math.round((to - from) / step);
  const edges = Array.from({ length: steps + 1 }, (_, i) => Number((from + i * step).toFixed(4)));
  return threshold === null || edges.includes(threshold) ? edges : [...edges, threshold].toSorted((a, b) => a - b);
}

/** The bin whose values a threshold at its lower (`least`) or upper edge (`most`) lets pass. */
function binOf(edges: readonly number[], score: number, direction: "least" | "most"): number {
  const above = edges.findIndex((edge) => (direction === "least" ? edge > score : edge >= score));
  return above === -1 ? edges.length - 2 : Math.max(0, above - 1);
}

/** Whether a candidate was dropped for something that no threshold decides about. */
export function isOfThePool(reason: DropReason | null): boolean {
  return reason === "duplicate" || reason === "near-duplicate" || reason === "unmeasurable";
}

function increase(bins: number[], at: number): void {
  bins[at] = (bins[at] ?? 0) + 1;
}
