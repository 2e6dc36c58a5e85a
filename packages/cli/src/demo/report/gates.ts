import type { Candidate } from "@anyone/contracts/source";
import type { Truth } from "../world.ts";

/** What each drop reason should find, by the drawn truth. A defect may rightly fall to more than one gate. */
const MEANT: Readonly<Record<string, readonly string[]>> = {
  "no-person": ["no-person"],
  "several-persons": ["two-persons"],
  "small-face": ["small-face"],
  "too-small": ["too-small"],
  "low-quality": ["blur", "noise", "cartoon"],
  "fake-person": ["cartoon"],
  watermark: ["watermark"],
  "near-duplicate": ["near-duplicate"],
  "broken-file": ["broken-file"],
};

/** What another gate may take instead: what no camera made is of no quality either. */
const ALSO_FOUND_BY: Readonly<Record<string, string>> = { cartoon: "low-quality" };

/** Defects that no gate is meant to drop: such an image is cleaned, or its slot has no model. */
const KEPT_DEFECTS = new Set(["exif-gps"]);

export interface JudgedCandidate {
  candidate: Candidate;
  truth: Truth;
}

export interface GateQuality {
  reason: string;
  dropped: number;
  /** Dropped with this reason and truly of its defects. */
  right: number;
  precision: number | null;
  /** Drawn images with its defects that the filter judged. */
  meant: number;
  /** Of those, dropped for this reason, or for one that is as right. */
  found: number;
  recall: number | null;
}

export interface FilterQuality {
  /** Judged drawn images without a defect, and the share of them that was kept. */
  clean: { judged: number; kept: number; share: number | null };
  gates: GateQuality[];
  /** Defects that a gate was meant to drop and that were kept, by defect. */
  slipped: Record<string, number>;
}

/** Each gate's precision and recall against the drawn truth; candidates that never reached the filter do not count. */
export function judgeGates(all: readonly JudgedCandidate[]): FilterQuality {
  // The very same bytes found twice say nothing about a gate: they were judged where they were found first.
  const judged = all.filter(
    ({ candidate }) =>
      candidate.status === "kept" || (candidate.status === "dropped" && candidate.reason !== "duplicate"),
  );
  const droppedSeeds = new Set(
    judged.filter(({ candidate }) => candidate.reason === "near-duplicate").map(({ truth }) => truth.seed),
  );
  const seeds = new Set(judged.map(({ truth }) => truth.seed));
  const clean = judged.filter(({ truth }) => isClean(truth) && !isDuplicated(truth, judged));
  const kept = clean.filter(({ candidate }) => candidate.status === "kept").length;
  const gates = Object.entries(MEANT).map(([reason, defects]): GateQuality => {
    const dropped = judged.filter(({ candidate }) => candidate.reason === reason);
    const right = dropped.filter(({ truth }) => fits(reason, defects, truth, judged)).length;
    const meant = judged.filter(({ truth }) => isMeant(reason, defects, truth, seeds));
    // Of a pair of near duplicates whichever came second is dropped: either is right.
    const found = meant.filter(({ candidate, truth }) =>
      reason === "near-duplicate"
        ? candidate.reason === reason || (truth.duplicateOf !== null && droppedSeeds.has(truth.duplicateOf))
        : candidate.reason === reason || candidate.reason === ALSO_FOUND_BY[truth.defect ?? ""],
    ).length;
    return {
      reason,
      dropped: dropped.length,
      right,
      precision: dropped.length > 0 ? right / dropped.length : null,
      meant: meant.length,
      found,
      recall: meant.length > 0 ? found / meant.length : null,
    };
  });
  const slipped: Record<string, number> = {};
  for (const { candidate, truth } of judged) {
    if (candidate.status === "kept" && truth.defect !== null && !isClean(truth) && truth.defect !== "near-duplicate") {
      slipped[truth.defect] = (slipped[truth.defect] ?? 0) + 1;
    }
  }
  return {
    clean: { judged: clean.length, kept, share: clean.length > 0 ? kept / clean.length : null },
    gates: gates.filter(({ dropped, meant }) => dropped + meant > 0),
    slipped,
  };
}

function isClean({ defect }: Truth): boolean {
  return defect === null || KEPT_DEFECTS.has(defect);
}

/** The original of a near duplicate may be the one that came second. */
function isDuplicated({ seed }: Truth, judged: readonly JudgedCandidate[]): boolean {
  return judged.some(({ truth }) => truth.duplicateOf === seed);
}

function fits(reason: string, defects: readonly string[], truth: Truth, judged: readonly JudgedCandidate[]): boolean {
  if (reason === "near-duplicate" && isDuplicated(truth, judged)) return true;
  return truth.defect !== null && defects.includes(truth.defect);
}

function isMeant(reason: string, defects: readonly string[], truth: Truth, seeds: ReadonlySet<number>): boolean {
  if (truth.defect === null || !defects.includes(truth.defect)) return false;
  // It is counted once.
  if (reason === ALSO_FOUND_BY[truth.defect]) return false;
  return reason !== "near-duplicate" || (truth.duplicateOf !== null && seeds.has(truth.duplicateOf));
}
