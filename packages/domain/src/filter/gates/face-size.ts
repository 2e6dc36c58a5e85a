import { largestFace } from "../sure.ts";
import { type Gate, unless, unmeasured } from "./gate.ts";

/** Both sides of the largest face reach the paper's 224 pixels. */
export const faceSizeGate: Gate = {
  name: "face-size",
  slot: "face",
  judge: ({ faces }, { faceScore, faceSide }) =>
    faces ? unless(largestFace(faces, faceScore) < faceSide, "small-face") : unmeasured,
};
