import type { Gates } from "./gate.ts";
import { aestheticGate } from "./gates/aesthetic.ts";
import { faceQualityGate } from "./gates/face-quality.ts";
import { faceSizeGate } from "./gates/face-size.ts";
import { fakePersonGate } from "./gates/fake-person.ts";
import { fileGate } from "./gates/file.ts";
import type { Gate } from "./gates/gate.ts";
import { nsfwGate } from "./gates/nsfw.ts";
import { personGate } from "./gates/person.ts";
import { qualityGate } from "./gates/quality.ts";
import { sizeGate } from "./gates/size.ts";
import { watermarkGate } from "./gates/watermark.ts";
import type { DropReason, Measurement, OwnVerdicts } from "./verdict.ts";

/** In the paper's order. What is in the pool already is decided after them, by `placeInPool`. */
const inOrder: readonly Gate[] = [
  fileGate,
  sizeGate,
  personGate,
  faceSizeGate,
  fakePersonGate,
  qualityGate,
  faceQualityGate,
  nsfwGate,
  aestheticGate,
  watermarkGate,
];

/** The first gate, in order, that drops a picture by what is measured so far; undefined when none does. */
export function firstDrop(measured: Measurement, gates: Gates): DropReason | undefined {
  for (const gate of inOrder) {
    const verdict = gate.judge(measured, gates);
    if (verdict.says === "drops") return verdict.reason;
  }
  return undefined;
}

/**
 * What every gate says by itself: "passes" under a gate means that a picture would pass it whatever the others say. Counting these does
 * not depend on the gates' order, as counting first reasons does.
 */
export function ownVerdicts(measured: Measurement, gates: Gates): OwnVerdicts {
  return Object.fromEntries(
    inOrder.map((gate) => {
      const verdict = gate.judge(measured, gates);
      return [gate.name, verdict.says === "drops" ? verdict.reason : verdict.says];
    }),
  );
}
