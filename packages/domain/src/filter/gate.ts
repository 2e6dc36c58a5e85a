import { z } from "zod";
import { Ranking } from "./ranking.ts";

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
  /** BRISQUE above this is low quality. Null, here and below, switches a gate off, and what only it needs is not measured. */
  brisque: z.number().nullable(),
  /** LIQE, 1 to 5, below this is low quality; where it is measured, BRISQUE is not asked. */
  quality: z.number().nullable(),
  /** Flatness above this is a drawing. */
  flatness: z.number().nullable(),
  /** The classifier's chance of a fake person above this; where it is measured, flatness is not asked. */
  fakeness: z.number().nullable(),
  /** IFQA's quality of the face among the lowest of its source. */
  faceQuality: Ranking.nullable(),
  /** The face's cleanness below this; where IFQA is measured, it is not asked. */
  faceCleanness: z.number().nullable(),
  /** HPSv2's preference among the lowest of its source. */
  preference: Ranking.nullable(),
  /** Chance of what is not safe for work above this. */
  nsfw: z.number().nullable(),
  /** Aesthetic score below this. */
  aesthetic: z.number().nullable(),
  /** Chance of a watermark above this. */
  watermark: z.number().nullable(),
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
 * always even). The flatness gate is off: flat drawings are low quality already, and the rule would drop clean pictures as well. LIQE 3 is "fair".
 * The classifier of fake people knows drawings from .33 on (its card); at .9 it finds nine of ten still, and leaves what is blurred or
 * noisy to the gate of quality, which finds the tenth. IFQA and HPSv2 have no published cut: the lowest tenth of each source goes, once
 * 200 of it are scored. The face's cleanness at .4 lost none of 40 drawn faces and 12 photographed ones, and found 47 of 74 ruined ones
 * (its card). Scores that no model of ours has a working point for have no threshold; open_nsfw would cost a third of everything else together.
 */
export const gates: Gates = {
  version: "5",
  shortSide: 640,
  longSide: 1280,
  personScore: 0.35,
  faceScore: 0.5,
  faceSide: 224,
  brisque: 49,
  quality: 3,
  flatness: null,
  fakeness: 0.9,
  faceQuality: { percentile: 10, leastScores: 200 },
  faceCleanness: 0.4,
  preference: { percentile: 10, leastScores: 200 },
  nsfw: null,
  aesthetic: null,
  watermark: null,
  sameBits: 6,
  sameDetail: 64,
  groupBits: 7,
};
