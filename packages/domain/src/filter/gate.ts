import { z } from "zod";
import type { Detection, DropReason, Measurement } from "./verdict.ts";

/** Every threshold of the filter. A verdict stores the version that decided. */
export const Gates = z.object({
  version: z.string().min(1),
  /** Pixels; "640×1280" is read as short side and long side, whichever way the picture stands. */
  shortSide: z.number().int().positive(),
  longSide: z.number().int().positive(),
  /** A person counts from this score. */
  personScore: z.number(),
  /** A face counts from this score. */
  faceScore: z.number(),
  /** Both sides of the largest face, pixels. */
  faceSide: z.number().positive(),
  /** BRISQUE above this is low quality. */
  brisque: z.number(),
  /** Flatness above this is a drawing; null switches the gate off. */
  flatness: z.number().nullable(),
  /** Up to this many differing bits of the 64-bit hash, a picture may be a near duplicate … */
  sameBits: z.number().int().min(0).max(7),
  /** … and is dropped as one when at most this many of the 256-bit hash differ, too. */
  sameDetail: z.number().int().min(0).max(256),
  /** Up to this many, it is kept, but in the same group: a split never parts a group. At most 7: what the pool's index finds. */
  groupBits: z.number().int().min(0).max(7),
});
export type Gates = z.infer<typeof Gates>;

/**
 * The gates in force. Size and face are the paper's (640×1280, 224×224, exactly one person). The scores are NanoDet's and
 * BlazeFace's working points on drawn people and photographs; BRISQUE 49 passes clean pictures and drops blur from σ 2, noise from
 * σ 30 and heavy JPEG. Hashes of different drawn people differ in 22 bits and more, those of one shot in up to 6 (the distance is
 * always even). The flatness gate is off: flat drawings are low quality already, and the rule would drop clean pictures as well.
 */
export const gates: Gates = {
  version: "1",
  shortSide: 640,
  longSide: 1280,
  personScore: 0.35,
  faceScore: 0.5,
  faceSide: 224,
  brisque: 49,
  flatness: null,
  sameBits: 6,
  sameDetail: 64,
  groupBits: 7,
};

interface Gate {
  reason: DropReason;
  /** True when the picture fails; false when it passes or the gate's measure is not there (yet). */
  drops: (measured: Measurement, gates: Gates) => boolean;
}

const inOrder: readonly Gate[] = [
  { reason: "broken-file", drops: ({ fault }) => fault === "broken-file" },
  { reason: "unsupported-type", drops: ({ fault }) => fault === "unsupported-type" },
  { reason: "too-large", drops: ({ fault }) => fault === "too-large" },
  {
    reason: "too-small",
    drops: ({ width, height }, { shortSide, longSide }) =>
      width !== undefined &&
      height !== undefined &&
      (Math.min(width, height) < shortSide || Math.max(width, height) < longSide),
  },
  {
    // Two people close together are often one box, or boxes too doubtful to count, but then with two faces in them.
    reason: "several-persons",
    drops: ({ persons = [], faces = [] }, { personScore, faceScore }) =>
      count(persons, personScore) > 1 || count(faces, faceScore) > 1,
  },
  {
    reason: "no-person",
    drops: ({ persons }, { personScore }) => persons !== undefined && count(persons, personScore) === 0,
  },
  {
    reason: "small-face",
    drops: ({ faces }, { faceScore, faceSide }) => faces !== undefined && largestFace(faces, faceScore) < faceSide,
  },
  {
    reason: "fake-person",
    drops: ({ flatness }, gates) => flatness !== undefined && gates.flatness !== null && flatness > gates.flatness,
  },
  { reason: "low-quality", drops: ({ brisque }, gates) => brisque !== undefined && brisque > gates.brisque },
];

/** The first gate, in order, that drops a picture by what is measured so far; undefined when none does. */
export function firstDrop(measured: Measurement, gates: Gates): DropReason | undefined {
  return inOrder.find((gate) => gate.drops(measured, gates))?.reason;
}

/** The shorter side of the largest face that counts, in pixels; 0 without a face. */
export function largestFace(faces: readonly Detection[], faceScore: number): number {
  const sides = faces
    .filter((face) => face.score >= faceScore)
    .map(({ box: [x0, y0, x1, y1] }) => Math.min(x1 - x0, y1 - y0));
  return Math.max(0, ...sides);
}

function count(detections: readonly Detection[], score: number): number {
  return detections.filter((detection) => detection.score >= score).length;
}
