import { mildEnd } from "./dials.ts";
import { type Change, changesAt, type ScoreHistogram } from "./histogram.ts";

/**
 * Where a dial may be moved so that its counts are exact, from the left of its scale to the right: the inner edges of its bins, the threshold
 * in force, and its mild end, which lets everything pass (null: off; a side of 0 pixels). The strict end is none of them: what lies
 * beyond the scale would pass there.
 */
export function positionsOf({ direction, threshold, edges, dial }: ScoreHistogram): (number | null)[] {
  const mild = mildEnd(dial);
  const inner = edges.slice(1, -1);
  const stops = threshold === null || inner.includes(threshold) ? inner : [...inner, threshold];
  const sorted = stops.toSorted((a, b) => a - b);
  return direction === "least" ? [mild, ...sorted] : [...sorted, mild];
}

/** What a moved threshold changes over all sources. */
export function changeOver(histogram: ScoreHistogram, moved: number | null): Omit<Change, "sourceId"> {
  return sumOfChanges(changesAt(histogram, moved));
}

/** Changes of several sources as one. */
export function sumOfChanges(changes: readonly Change[]): Omit<Change, "sourceId"> {
  const total = { admitted: 0, perhaps: 0, withdrawn: 0 };
  for (const { admitted, perhaps, withdrawn } of changes) {
    total.admitted += admitted;
    total.perhaps += perhaps;
    total.withdrawn += withdrawn;
  }
  return total;
}

/** One bin over all sources: how many candidates have such a score, and about how many this threshold alone decides. */
export interface SummedBin {
  from: number;
  to: number;
  all: number;
  decided: number;
}

export function summedBins({ edges, sources }: ScoreHistogram): SummedBin[] {
  return edges.slice(1).map((to, bin) => {
    const sum = (of: "all" | "alone" | "perhaps") =>
      sources.reduce((total, source) => total + (source[of][bin] ?? 0), 0);
    return { from: edges[bin] ?? to, to, all: sum("all"), decided: sum("alone") + sum("perhaps") };
  });
}

/** Whether a whole bin passes while the threshold stands at `at`; null is off. */
export function passesAt(
  { direction }: ScoreHistogram,
  { from, to }: Pick<SummedBin, "from" | "to">,
  at: number | null,
): boolean {
  return at === null || (direction === "least" ? from >= at : to <= at);
}
