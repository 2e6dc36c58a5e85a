import { type Gate, rankGate, scoreGate } from "./gate.ts";

const byModel = rankGate({
  name: "face-quality",
  score: "faceQuality",
  reason: "low-face-quality",
  rule: ({ faceQuality }) => faceQuality,
});

const byCleanness = scoreGate({
  name: "face-quality",
  slot: "quality-face",
  reason: "low-face-quality",
  score: ({ faceCleanness }) => faceCleanness,
  least: ({ faceCleanness }) => faceCleanness,
});

/**
 * The quality of the face alone: by the paper's IFQA where it is there, by its place among its own source's (nobody published a threshold);
 * otherwise by the rule that knows blur, noise and enlarging.
 */
export const faceQualityGate: Gate = {
  name: "face-quality",
  slot: "quality-face",
  judge: (measured, gates, cuts) =>
    (measured.faceQuality === undefined ? byCleanness : byModel).judge(measured, gates, cuts),
};
