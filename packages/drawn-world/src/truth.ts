import type { Category, Framing } from "./vocabulary.ts";

/** [x0, y0, x1, y1] in pixels of the picture, right and lower edge exclusive. */
export type Box = readonly [number, number, number, number];

/** COCO order; [x, y, v] in pixels, v = 0 outside the frame, 1 in the frame but covered, 2 visible. */
export type KeypointTruth = readonly [number, number, 0 | 1 | 2];

/** Answers by category id. A category that the protocol's gates do not ask is absent; `not_visible` where only visibility fails. */
export type Answers = Readonly<Partial<Record<Category, string>>>;

/** ATR-18 part ids, row by row; the same aspect as the picture, longest side at most 512. */
export interface PartMap {
  readonly width: number;
  readonly height: number;
  readonly ids: Uint8Array;
}

export const DEFECTS = [
  "no-person",
  "two-persons",
  "small-face",
  "too-small",
  "blur",
  "noise",
  "watermark",
  "cartoon",
  "near-duplicate",
  "broken-file",
  "exif-gps",
] as const;
export type Defect = (typeof DEFECTS)[number];

export interface PersonTruth {
  /** The visible outline, clipped to the frame. */
  readonly box: Box;
  readonly headBox: Box;
  /** The square that a face detector reports: brows to chin, .76 of the head's height wide. Not clipped. */
  readonly faceBox: Box;
  readonly keypoints: readonly KeypointTruth[];
}

export interface DrawnTruth {
  /** Always "drawn": no reader may take one for a photograph. */
  readonly medium: "drawn";
  readonly seed: number;
  readonly framing: Framing;
  readonly defect: Defect | null;
  /** The seed of which a near duplicate is one. */
  readonly duplicateOf: number | null;
  readonly width: number;
  readonly height: number;
  /** Of the main person (the first of `people`); empty where no person is drawn. */
  readonly answers: Answers;
  /** The second colour of `*.color` categories with two. */
  readonly secondColors: Answers;
  /** What is drawn beyond the protocol: eyewear, facial hair, colours of dress, hat, bag, scarf, tie. */
  readonly extras: Readonly<Record<string, string>>;
  readonly people: readonly PersonTruth[];
  readonly partMap: PartMap;
  /** In the form that the label protocol's section 6 gives, all groups kept, in the order of the protocol. */
  readonly caption: string;
}
