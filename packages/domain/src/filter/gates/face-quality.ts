import { scoreGate } from "./gate.ts";

/** The quality of the face alone (the paper: IFQA). */
export const faceQualityGate = scoreGate({
  name: "face-quality",
  slot: "quality-face",
  reason: "low-face-quality",
  score: ({ faceQuality }) => faceQuality,
  least: ({ faceQuality }) => faceQuality,
});
