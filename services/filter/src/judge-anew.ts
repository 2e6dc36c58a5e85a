import type { NewAsset } from "@anyone/db/assets";
import type { CandidateRow } from "@anyone/db/candidates";
import type { Gates } from "@anyone/domain/filter/gate";
import { firstDrop, judgement } from "@anyone/domain/filter/judge";
import type { Cuts } from "@anyone/domain/filter/ranking";
import type { DropReason, Measurement } from "@anyone/domain/filter/verdict";

/** What a candidate was judged by, as it is stored; undefined where nothing was measured. */
type Seen = { measured: Measurement; cuts: Cuts } | undefined;

/** A candidate judged by everything but the pool, which only the commit knows for certain. */
export type Judged =
  | { candidate: CandidateRow; seen: Seen; reason: DropReason; details: Record<string, unknown>; asset?: undefined }
  | { candidate: CandidateRow; seen: Seen; reason?: undefined; details: Record<string, unknown>; asset: NewAsset };

/**
 * The verdicts under thresholds that were set while it was measured, by what was measured; and those that they may let in, which must be measured
 * once more: of what is dropped nothing is made for the pool.
 */
export function judgeAnew(judged: readonly Judged[], gates: Gates): { ended: Judged[]; again: CandidateRow[] } {
  const ended: Judged[] = [];
  const again: CandidateRow[] = [];
  for (const one of judged) {
    const { candidate, seen } = one;
    const reason = seen && firstDrop(seen.measured, gates, seen.cuts);
    const details = seen && judgement(seen.measured, gates, seen.cuts);
    if (!seen || one.reason === "duplicate" || one.reason === "unmeasurable") ended.push(one);
    else if (reason) ended.push({ candidate, seen, reason, details: { ...details, ...seen.measured } });
    else if (one.asset) ended.push({ ...one, details: { ...details }, asset: measuredUnder(one.asset, gates) });
    else again.push(candidate);
  }
  return { ended, again };
}

function measuredUnder(asset: NewAsset, { version }: Gates): NewAsset {
  return { ...asset, measures: { ...asset.measures, gates: version } };
}
