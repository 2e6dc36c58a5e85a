import type { Gates } from "./gate.ts";
import { aestheticGate } from "./gates/aesthetic.ts";
import { faceQualityGate } from "./gates/face-quality.ts";
import { faceSizeGate } from "./gates/face-size.ts";
import { fakePersonGate } from "./gates/fake-person.ts";
import { fileGate } from "./gates/file.ts";
import { type Gate, rulerOf } from "./gates/gate.ts";
import { nsfwGate } from "./gates/nsfw.ts";
import { personGate } from "./gates/person.ts";
import { preferenceGate } from "./gates/preference.ts";
import { qualityGate } from "./gates/quality.ts";
import { sizeGate } from "./gates/size.ts";
import { watermarkGate } from "./gates/watermark.ts";
import type { Cuts } from "./ranking.ts";
import type { DropReason, GateName, Measurement, OwnVerdict, OwnVerdicts } from "./verdict.ts";

/** In the paper's order. What is in the pool already is decided after them, by `placeInPool`. */
const inOrder: readonly Gate[] = [
  fileGate,
  sizeGate,
  personGate,
  faceSizeGate,
  fakePersonGate,
  qualityGate,
  faceQualityGate,
  preferenceGate,
  nsfwGate,
  aestheticGate,
  watermarkGate,
];

/**
 * The first gate, in order, that drops a picture by what is measured so far; undefined when none does.
 *
 * @param cuts those of its source; without them no gate judges by a picture's place among others
 */
export function firstDrop(measured: Measurement, gates: Gates, cuts: Cuts = {}): DropReason | undefined {
  for (const gate of inOrder) {
    const verdict = gate.judge(measured, gates, cuts);
    if (verdict.says === "drops") return verdict.reason;
  }
  return undefined;
}

/**
 * What every gate says by itself: "passes" under a gate means that a picture would pass it whatever the others say. Counting these does
 * not depend on the gates' order, as counting first reasons does.
 */
export function ownVerdicts(measured: Measurement, gates: Gates, cuts: Cuts = {}): OwnVerdicts {
  return Object.fromEntries(inOrder.map((gate) => [gate.name, said(gate, measured, gates, cuts)]));
}

/** What one gate says of a picture by itself. */
export function ownVerdict(name: GateName, measured: Measurement, gates: Gates, cuts: Cuts = {}): OwnVerdict {
  return said(byName[name], measured, gates, cuts);
}

const byName = Object.fromEntries(inOrder.map((gate) => [gate.name, gate])) as Record<GateName, Gate>;

function said(gate: Gate, measured: Measurement, gates: Gates, cuts: Cuts): OwnVerdict {
  const verdict = gate.judge(measured, gates, cuts);
  return verdict.says === "drops" ? verdict.reason : verdict.says;
}

/** Which model each gate judged by, where a model did: of two that fill a slot only one rules. */
export function rulers({ models }: Pick<Measurement, "models">): Partial<Record<GateName, string>> {
  return Object.fromEntries(
    inOrder.flatMap(({ name, slot }) => {
      const ruler = slot && rulerOf(slot, { models });
      return ruler ? [[name, ruler.model]] : [];
    }),
  );
}

/** What a verdict stores: the version that judged, what each of its gates says by itself and by which model, and the cuts that were given. */
export function judgement(measured: Measurement, gates: Gates, cuts: Cuts = {}): Record<string, unknown> {
  return {
    gates: gates.version,
    says: ownVerdicts(measured, gates, cuts),
    by: rulers(measured),
    ...(Object.keys(cuts).length > 0 && { cuts }),
  };
}
