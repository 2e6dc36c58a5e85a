import { z } from "zod";
import { ModelIdentity } from "../model.ts";

/** Why a candidate is not admitted: one reason each, short, stable, countable. In the order the gates look. */
export const DROP_REASONS = [
  /** No bytes, damaged, or cut off. */
  "broken-file",
  /** Not a still JPEG, PNG or WebP by its first bytes. */
  "unsupported-type",
  /** More pixels than a decoder should be asked for. */
  "too-large",
  "too-small",
  /** The same bytes are in the pool already. */
  "duplicate",
  /** Measuring it crashed or hung twice, alone. */
  "unmeasurable",
  "several-persons",
  "no-person",
  /** The largest face is under the gate, or there is none. */
  "small-face",
  /** Drawn, rendered or generated: by the classifier, by flat colours with hard edges, or by what the file says of itself. */
  "fake-person",
  "low-quality",
  "low-face-quality",
  /** Among the lowest of its source in what people would prefer. */
  "low-preference",
  /** Not safe for work. */
  "unsafe",
  "unaesthetic",
  "watermarked",
  /** Almost the picture of an asset that is in the pool already. */
  "near-duplicate",
] as const;
export const DropReason = z.enum(DROP_REASONS);
export type DropReason = z.infer<typeof DropReason>;

/** One rule of the filter each, in their order. */
export const GATE_NAMES = [
  "file",
  "size",
  "person",
  "face-size",
  "fake-person",
  "quality",
  "face-quality",
  "preference",
  "nsfw",
  "aesthetic",
  "watermark",
] as const;
export type GateName = (typeof GATE_NAMES)[number];

/** The gate that drops for each reason; what the pool decides is not here. */
export const GATE_OF: Readonly<Partial<Record<DropReason, GateName>>> = {
  "broken-file": "file",
  "unsupported-type": "file",
  "too-large": "file",
  "too-small": "size",
  "several-persons": "person",
  "no-person": "person",
  "small-face": "face-size",
  "fake-person": "fake-person",
  "low-quality": "quality",
  "low-face-quality": "face-quality",
  "low-preference": "preference",
  unsafe: "nsfw",
  unaesthetic: "aesthetic",
  watermarked: "watermark",
};

/** What a gate says by itself: the reason it drops for, or why it does not. */
const OwnVerdict = z.union([DropReason, z.enum(["passes", "unavailable", "off", "unmeasured", "too-few"])]);
export type OwnVerdict = z.infer<typeof OwnVerdict>;
/** What each gate says by itself. */
export const OwnVerdicts = z.partialRecord(z.enum(GATE_NAMES), OwnVerdict);
export type OwnVerdicts = z.infer<typeof OwnVerdicts>;

/** Whether what a gate says is a reason to drop. */
export function isReason(says: string | undefined): says is DropReason {
  return says !== undefined && REASONS.has(says);
}

const REASONS: ReadonlySet<string> = new Set(DROP_REASONS);

/** A candidate's end: in the pool, or dropped for one reason. `gates` names the version of the thresholds that decided. */
export const Verdict = z.object({
  outcome: z.enum(["kept", "dropped"]),
  reason: DropReason.nullable(),
  gates: z.string(),
});
export type Verdict = z.infer<typeof Verdict>;

/** Left, top, right, bottom in pixels of the picture. */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export const Detection = z.object({ score: z.number(), box: Box });
export type Detection = z.infer<typeof Detection>;

/**
 * What was measured on a picture. The header alone may drop it: then nothing else is there. What was decoded has all that is cheap.
 * `models` says who measured.
 */
export const Measurement = z.object({
  /** What the decoder found wrong, if it did. */
  fault: z.enum(["broken-file", "unsupported-type", "too-large"]).optional(),
  /** Upright, in pixels. */
  width: z.number().int().optional(),
  height: z.number().int().optional(),
  /** People, best first. */
  persons: z.array(Detection).optional(),
  /** Faces in the upper part of the boxes that may be people, best first. */
  faces: z.array(Detection).optional(),
  /** 0 to 1: how much of the person is flat colour bounded by hard edges. */
  flatness: z.number().optional(),
  /** About 0 is clean, 100 ruined. */
  brisque: z.number().optional(),
  /** LIQE: 1 bad to 5 perfect. */
  quality: z.number().optional(),
  /** The digital source type by which the file says of itself that a model made it, whole or in part. */
  saysGenerated: z.string().optional(),
  /** 0 to 1: the classifier's chance that the person is drawn, rendered or generated. */
  fakeness: z.number().optional(),
  /** IFQA: 0 to 1/3. Means something only beside other faces of its source. */
  faceQuality: z.number().optional(),
  /** 0 to 1, best 1: the rule that stands in for a model of faces. */
  faceCleanness: z.number().optional(),
  /** HPSv2, about .2 to .3, for `prompt`. Means something only beside other pictures of its source. */
  preference: z.number().optional(),
  /** What the picture was said to show when its preference was scored. */
  prompt: z.string().optional(),
  /** 0 to 1: chance of what is not safe for work. */
  nsfw: z.number().optional(),
  /** About 1 to 10. */
  aesthetic: z.number().optional(),
  /** 0 to 1: chance of a watermark. */
  watermark: z.number().optional(),
  /** Share of the picture's pixels that are the person: whatever the part map names. */
  foreground: z.number().optional(),
  models: z.array(ModelIdentity),
});
export type Measurement = z.infer<typeof Measurement>;

/** What is known of a picture before it is measured: its own file's word. */
export type Claims = Pick<Measurement, "saysGenerated">;

/** A measurement as it is stored: pixels to a tenth, scores to a thousandth. A picture's row stays small. */
export function roundedMeasurement(measurement: Measurement): Measurement {
  const short = (value: number, digits: number) => Number(value.toFixed(digits));
  const compact = ({ score, box: [x0, y0, x1, y1] }: Detection): Detection => ({
    score: short(score, 3),
    box: [short(x0, 1), short(y0, 1), short(x1, 1), short(y1, 1)],
  });
  const { persons, faces } = measurement;
  const scores = (Object.keys(SCORE_DIGITS) as RoundedScore[]).flatMap((name) => {
    const score = measurement[name];
    return score === undefined ? [] : [[name, roundedScore(name, score)]];
  });
  return {
    ...measurement,
    ...(persons && { persons: persons.map(compact) }),
    ...(faces && { faces: faces.map(compact) }),
    ...Object.fromEntries(scores),
  };
}

/** A score as it is stored; a model's score is judged as it is stored, so that judging again gives the same. */
export function roundedScore(name: RoundedScore, score: number): number {
  return Number(score.toFixed(SCORE_DIGITS[name]));
}

/** Digits that are kept of each score. */
const SCORE_DIGITS = {
  flatness: 3,
  brisque: 2,
  quality: 3,
  fakeness: 4,
  faceQuality: 4,
  faceCleanness: 3,
  preference: 5,
  nsfw: 4,
  aesthetic: 3,
  watermark: 4,
  foreground: 4,
} as const;
export type RoundedScore = keyof typeof SCORE_DIGITS;
