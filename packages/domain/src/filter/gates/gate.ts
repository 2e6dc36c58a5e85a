import type { ModelIdentity, Slot } from "../../model.ts";
import type { Gates } from "../gate.ts";
import { type Cuts, RANKED_SCORES, type RankedScore, type Ranking } from "../ranking.ts";
import type { DropReason, GateName, Measurement } from "../verdict.ts";

/**
 * What one gate says of a picture by itself, whatever the others say. `unavailable`: its slot has no model, and it judges nothing. `off`: it
 * has no threshold. `unmeasured`: the picture was dropped before its measure was taken. `too-few`: its source has too few scores to compare with.
 */
export type GateVerdict =
  | { says: "passes" | "unavailable" | "off" | "unmeasured" | "too-few" }
  | { says: "drops"; reason: DropReason };

export interface Gate {
  name: GateName;
  /** Whose models it judges by; a gate over the file has none. */
  slot?: Slot;
  /** Nothing is read but the arguments: the same measurement, thresholds and cuts of its source always give the same verdict. */
  judge(measured: Measurement, gates: Gates, cuts: Cuts): GateVerdict;
}

export const passes: GateVerdict = { says: "passes" };
export const unmeasured: GateVerdict = { says: "unmeasured" };

/** Passes, or drops for a reason. */
export function unless(fails: boolean, reason: DropReason): GateVerdict {
  return fails ? { says: "drops", reason } : passes;
}

/** A gate over one model's score: it drops below `least` or above `most`, whichever it is given. The limit itself passes. */
export function scoreGate(gate: {
  name: GateName;
  slot: Slot;
  reason: DropReason;
  score: (measured: Measurement) => number | undefined;
  least?: (gates: Gates) => number | null;
  most?: (gates: Gates) => number | null;
}): Gate {
  return {
    name: gate.name,
    slot: gate.slot,
    judge(measured, gates) {
      const score = gate.score(measured);
      if (score === undefined && isEmpty(gate.slot, measured)) return { says: "unavailable" };
      const least = gate.least?.(gates) ?? null;
      const most = gate.most?.(gates) ?? null;
      if (least === null && most === null) return { says: "off" };
      if (score === undefined) return unmeasured;
      return unless(score < (least ?? -Infinity) || score > (most ?? Infinity), gate.reason);
    },
  };
}

/** A gate over one model's score by its place among its source's own: it drops what lies below the cut. The cut itself passes. */
export function rankGate(gate: {
  name: GateName;
  score: RankedScore;
  reason: DropReason;
  rule: (gates: Gates) => Ranking | null;
}): Gate {
  const slot = RANKED_SCORES[gate.score];
  return {
    name: gate.name,
    slot,
    judge(measured, gates, cuts) {
      const score = measured[gate.score];
      if (score === undefined && isEmpty(slot, measured)) return { says: "unavailable" };
      const rule = gate.rule(gates);
      if (rule === null) return { says: "off" };
      if (score === undefined) return unmeasured;
      const cut = cuts[gate.score]?.[rulerOf(slot, measured)?.version ?? ""];
      if (!cut || cut.of < rule.leastScores) return { says: "too-few" };
      return unless(score < cut.at, gate.reason);
    },
  };
}

/** The model of a slot by which its gate judges: where several measured, the last. A rule measures before the model that takes its place. */
export function rulerOf(slot: Slot, { models }: Pick<Measurement, "models">): ModelIdentity | undefined {
  return models.findLast((model) => model.slot === slot && model.tier !== "none");
}

/** Whether a measurement says that no model fills a slot. */
function isEmpty(slot: Slot, { models }: Measurement): boolean {
  return models.some((model) => model.slot === slot && model.tier === "none");
}
