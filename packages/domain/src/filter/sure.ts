import type { Detection } from "./verdict.ts";

/** How many detections are sure enough to count. */
export function countSure(detections: readonly Pick<Detection, "score">[], score: number): number {
  return detections.filter((detection) => detection.score >= score).length;
}

/** The shorter side of the largest face that counts, in pixels; 0 without a face. */
export function largestFace(faces: readonly Detection[], faceScore: number): number {
  const sides = faces
    .filter((face) => face.score >= faceScore)
    .map(({ box: [x0, y0, x1, y1] }) => Math.min(x1 - x0, y1 - y0));
  return Math.max(0, ...sides);
}
