import type { Gates } from "./gate.ts";
import { largestFace } from "./sure.ts";
import type { DropReason, GateName, Measurement } from "./verdict.ts";

/** A threshold that a person may move, and the score that it cuts. */
export interface Dial {
  /** Its name among the thresholds. */
  key: DialKey;
  gate: GateName;
  reason: DropReason;
  /** `least`: what is below the threshold is dropped; `most`: what is above. The threshold itself passes. */
  direction: "least" | "most";
  /** The scale that histograms and sliders show. */
  from: number;
  to: number;
  step: number;
  score(measured: Measurement, gates: Gates): number | undefined;
}

export const DIAL_KEYS = [
  "shortSide",
  "longSide",
  "faceSide",
  "flatness",
  "fakeness",
  "brisque",
  "quality",
  "faceCleanness",
  "nsfw",
  "aesthetic",
  "watermark",
] as const satisfies readonly (keyof Gates)[];
export type DialKey = (typeof DIAL_KEYS)[number];

const chance = { from: 0, to: 1, step: 0.02 } as const;
const sides = ({ width, height }: Measurement) => (width && height ? [width, height] : undefined);

/** Every threshold over one score, in the gates' order. How sure a detection must be is no such thing: it moves counts both ways. */
export const DIALS: readonly Dial[] = [
  {
    key: "shortSide",
    ...{ gate: "size", reason: "too-small", direction: "least", from: 0, to: 2560, step: 40 },
    score: (measured) => side(sides(measured), Math.min),
  },
  {
    key: "longSide",
    ...{ gate: "size", reason: "too-small", direction: "least", from: 0, to: 3840, step: 80 },
    score: (measured) => side(sides(measured), Math.max),
  },
  {
    key: "faceSide",
    ...{ gate: "face-size", reason: "small-face", direction: "least", from: 0, to: 800, step: 16 },
    score: ({ faces }, { faceScore }) => faces && largestFace(faces, faceScore),
  },
  {
    key: "flatness",
    ...{ gate: "fake-person", reason: "fake-person", direction: "most", ...chance },
    score: ({ flatness }) => flatness,
  },
  {
    key: "fakeness",
    ...{ gate: "fake-person", reason: "fake-person", direction: "most", ...chance },
    score: ({ fakeness }) => fakeness,
  },
  {
    key: "brisque",
    ...{ gate: "quality", reason: "low-quality", direction: "most", from: -20, to: 130, step: 3 },
    score: ({ brisque }) => brisque,
  },
  {
    key: "quality",
    ...{ gate: "quality", reason: "low-quality", direction: "least", from: 1, to: 5, step: 0.1 },
    score: ({ quality }) => quality,
  },
  {
    key: "faceCleanness",
    ...{ gate: "face-quality", reason: "low-face-quality", direction: "least", ...chance },
    score: ({ faceCleanness }) => faceCleanness,
  },
  {
    key: "nsfw",
    ...{ gate: "nsfw", reason: "unsafe", direction: "most", ...chance },
    score: ({ nsfw }) => nsfw,
  },
  {
    key: "aesthetic",
    ...{ gate: "aesthetic", reason: "unaesthetic", direction: "least", from: 0, to: 10, step: 0.25 },
    score: ({ aesthetic }) => aesthetic,
  },
  {
    key: "watermark",
    ...{ gate: "watermark", reason: "watermarked", direction: "most", ...chance },
    score: ({ watermark }) => watermark,
  },
];

/** The thresholds with one dial moved as far as it lets everything pass. */
export function lifted(gates: Gates, { key }: Dial): Gates {
  return { ...gates, [key]: mildEnd(key) };
}

/** Where a dial lets everything pass: off, or, as a side can't be off, 0 pixels. */
export function mildEnd(key: DialKey): 0 | null {
  return isSide(key) ? 0 : null;
}

/** Whether a dial counts pixels of a side: it takes whole numbers, and can't be off. */
export function isSide(key: DialKey): boolean {
  return SIDES.has(key);
}

/** The thresholds with one dial moved as far as it drops everything that it is asked about. */
export function tightened(gates: Gates, { key, direction }: Dial): Gates {
  return { ...gates, [key]: direction === "least" ? Infinity : -Infinity };
}

const SIDES: ReadonlySet<DialKey> = new Set(["shortSide", "longSide", "faceSide"]);

function side(of: number[] | undefined, pick: (...sides: number[]) => number): number | undefined {
  return of && pick(...of);
}
