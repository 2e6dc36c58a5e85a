import { z } from "zod";
import { Proportion, proportion } from "../evaluate/proportion.ts";
import { TruthCurve, truthCurve } from "./curve.ts";
import { DIALS } from "./dials.ts";
import type { Gates } from "./gate.ts";
import { ownVerdicts } from "./judge.ts";
import type { JudgedCandidate } from "./stored.ts";
import { DropReason, GATE_NAMES, GATE_OF, type GateName, type OwnVerdicts } from "./verdict.ts";

/** What is true of a picture, whoever says so. */
export const Truth = z.object({
  /** The reasons for which it should be dropped; none for a picture that should be kept. */
  reasons: z.array(DropReason),
  /** Reasons that are as right, but that no gate must find: of a drawing one may say that it is of low quality. */
  also: z.array(DropReason).default([]),
  /** Pictures of one group are nearly the same: one of them is to be kept. */
  group: z.string().nullable().default(null),
});
export type Truth = z.infer<typeof Truth>;

export interface TruthOf {
  candidate: JudgedCandidate;
  truth: Truth;
}

/** How right one reason is, whatever the other gates say. */
const ReasonQuality = z.object({
  reason: DropReason,
  /** Null for near duplicates: the pool itself decides. */
  gate: z.enum(GATE_NAMES).nullable(),
  /** Of the pictures that the gate says this of, those of which it is true. */
  precision: Proportion,
  /** Of the pictures of which it is true and that the gate has judged, those that it says it of. */
  recall: Proportion,
  /** Pictures of which it is true and that the gate did not judge, by why. */
  unjudged: z.record(z.string(), z.number().int()),
  /** Of all of which it is true, those that ended as dropped for a reason that is. */
  dropped: Proportion,
});
export type ReasonQuality = z.infer<typeof ReasonQuality>;

const Disagreement = z.object({
  id: z.string(),
  sourceId: z.string(),
  url: z.string(),
  /** `wrong`: it is said and not true; `missed`: it is true and not said. */
  kind: z.enum(["wrong", "missed"]),
  reason: DropReason,
  truth: z.array(DropReason),
  outcome: z.string(),
});
export type Disagreement = z.infer<typeof Disagreement>;

export const TruthReport = z.object({
  /** Judged candidates whose truth is known. */
  candidates: z.number().int(),
  /** Of those that nothing is wrong with and that nothing resembles, the kept ones. */
  cleanKept: Proportion,
  reasons: z.array(ReasonQuality),
  /** Kept although they should have been dropped, by reason. */
  slipped: z.record(z.string(), z.number().int()),
  disagreements: z.array(Disagreement),
  curves: z.array(TruthCurve),
});
export type TruthReport = z.infer<typeof TruthReport>;

/**
 * Holds every gate's own verdict, under these thresholds, against what is true. Candidates with the very bytes of another say nothing
 * about a gate: they were judged where they were found first.
 */
export function judgeByTruth(all: readonly TruthOf[], gates: Gates): TruthReport {
  const known = all
    .filter(({ candidate }) => candidate.reason !== "duplicate")
    .map(
      (one): Seen => ({
        ...one,
        says: one.candidate.measured ? ownVerdicts(one.candidate.measured, gates, one.candidate.cuts) : {},
      }),
    )
    .toSorted((a, b) => (a.candidate.id < b.candidate.id ? -1 : 1));
  const groups = Map.groupBy(
    known.filter(({ truth }) => truth.group !== null),
    ({ truth }) => truth.group,
  );
  const alone = ({ truth }: TruthOf) => (groups.get(truth.group)?.length ?? 0) < 2;
  const clean = known.filter((one) => one.truth.reasons.length === 0 && alone(one));
  const judged = TRUE_OF_A_PICTURE.map(([reason, gate]) => judgeReason(reason, gate, known));
  const pool = judgePool([...groups.values()], known);
  return {
    candidates: known.length,
    cleanKept: proportion(
      count(clean, ({ candidate }) => candidate.kept),
      clean.length,
    ),
    reasons: [...judged.map(({ quality }) => quality), pool].filter(isAbout),
    slipped: slipped(known),
    disagreements: judged.flatMap(({ disagreements }) => disagreements),
    curves: DIALS.flatMap((dial) => truthCurve(dial, known, gates) ?? []),
  };
}

/** Reasons of gates that a label can name, with their gates; a rank within a source is no truth of a picture. */
const TRUE_OF_A_PICTURE = (Object.entries(GATE_OF) as [DropReason, GateName][]).filter(
  ([reason]) => reason !== "low-preference",
);

interface Seen extends TruthOf {
  says: OwnVerdicts;
}

function judgeReason(
  reason: DropReason,
  gate: GateName,
  known: readonly Seen[],
): { quality: ReasonQuality; disagreements: Disagreement[] } {
  const isTrue = ({ truth }: Seen) => truth.reasons.includes(reason);
  const isSaid = ({ says }: Seen) => says[gate] === reason;
  const said = known.filter(isSaid);
  const wrong = said.filter((one) => !isTrue(one) && !one.truth.also.includes(reason));
  const meant = known.filter(isTrue);
  const judged = meant.filter(({ says }) => !UNJUDGED.has(says[gate] ?? "unmeasured"));
  const missed = judged.filter((one) => !isSaid(one));
  const unjudged: Record<string, number> = {};
  for (const { says } of meant) {
    const why = says[gate] ?? "unmeasured";
    if (UNJUDGED.has(why)) unjudged[why] = (unjudged[why] ?? 0) + 1;
  }
  return {
    quality: {
      reason,
      gate,
      precision: proportion(said.length - wrong.length, said.length),
      recall: proportion(judged.length - missed.length, judged.length),
      unjudged,
      dropped: proportion(count(meant, endedRightly), meant.length),
    },
    disagreements: [
      ...wrong.map((one) => disagreement(one, "wrong", reason)),
      ...missed.map((one) => disagreement(one, "missed", reason)),
    ],
  };
}

const UNJUDGED: ReadonlySet<string> = new Set(["unmeasured", "unavailable", "off"]);

/** Of n pictures of one group n − 1 are to be dropped, whichever they are, as far as no other gate dropped them before. */
function judgePool(groups: readonly (readonly Seen[])[], known: readonly Seen[]): ReasonQuality {
  let [meant, found] = [0, 0];
  for (const group of groups) {
    const reached = group.filter(({ candidate }) => candidate.kept || candidate.reason === "near-duplicate");
    const dropped = count(reached, ({ candidate }) => !candidate.kept);
    meant += Math.max(0, reached.length - 1);
    found += Math.min(dropped, Math.max(0, reached.length - 1));
  }
  const said = count(known, ({ candidate }) => candidate.reason === "near-duplicate");
  const recall = proportion(found, meant);
  return {
    reason: "near-duplicate",
    gate: null,
    precision: proportion(found, said),
    recall,
    unjudged: {},
    dropped: recall,
  };
}

function slipped(known: readonly Seen[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { candidate, truth } of known) {
    if (candidate.kept) for (const reason of truth.reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  }
  return counts;
}

function endedRightly({ candidate: { reason }, truth }: Seen): boolean {
  return reason !== null && (truth.reasons.includes(reason) || truth.also.includes(reason));
}

function isAbout({ precision, recall, unjudged }: ReasonQuality): boolean {
  return precision.of + recall.of > 0 || Object.keys(unjudged).length > 0;
}

function disagreement({ candidate, truth }: Seen, kind: Disagreement["kind"], reason: DropReason): Disagreement {
  const { id, sourceId, url } = candidate;
  return { id, sourceId, url, kind, reason, truth: truth.reasons, outcome: candidate.reason ?? "kept" };
}

function count<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.filter(holds).length;
}
