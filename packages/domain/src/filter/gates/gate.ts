import type { Slot } from "../../model.ts";
import type { Gates } from "../gate.ts";
import type { DropReason, GateName, Measurement } from "../verdict.ts";

/**
 * What one gate says of a picture by itself, whatever the others say. `unavailable`: its slot has no model, and it judges nothing. `off`: it
 * has no threshold. `unmeasured`: the picture was dropped before its measure was taken.
 */
export type GateVerdict =
  | { says: "passes" | "unavailable" | "off" | "unmeasured" }
  | { says: "drops"; reason: DropReason };

export interface Gate {
  name: GateName;
  judge(measured: Measurement, gates: Gates): GateVerdict;
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

/** Whether a measurement says that no model fills a slot. */
function isEmpty(slot: Slot, { models }: Measurement): boolean {
  return models.some((model) => model.slot === slot && model.tier === "none");
}
