import { type Gate, scoreGate } from "./gate.ts";

const byLiqe = scoreGate({
  name: "quality",
  slot: "quality-global",
  reason: "low-quality",
  score: ({ quality }) => quality,
  least: ({ quality }) => quality,
});

const byBrisque = scoreGate({
  name: "quality",
  slot: "quality-global",
  reason: "low-quality",
  score: ({ brisque }) => brisque,
  most: ({ brisque }) => brisque,
});

/** The quality of the whole picture: by the paper's LIQE where it is there, otherwise by BRISQUE. */
export const qualityGate: Gate = {
  name: "quality",
  slot: "quality-global",
  judge: (measured, gates, cuts) => (measured.quality === undefined ? byBrisque : byLiqe).judge(measured, gates, cuts),
};
