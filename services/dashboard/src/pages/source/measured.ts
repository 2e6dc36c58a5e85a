import type { Asset } from "@anyone/contracts/filter";
import type { Candidate } from "@anyone/contracts/source";
import { type Detection, Measurement } from "@anyone/domain/filter/verdict";
import { z } from "zod";

/** What the filter knows of a candidate, whether it was kept or dropped. */
export interface Measured {
  /** The version of the thresholds that judged; undefined before anything did. */
  gates: string | undefined;
  /** By each gate's name what it says by itself, and by which model. */
  says: Record<string, string>;
  by: Record<string, string>;
  width: number | undefined;
  height: number | undefined;
  persons: Detection[];
  faces: Detection[];
  /** Scores by their names. */
  scores: Record<string, number>;
  saysGenerated: string | undefined;
  /** Only the header was read. */
  headerOnly: boolean;
  duplicateOf: string | undefined;
  detail: string | undefined;
}

const Judged = z.object({
  gates: z.string().optional(),
  says: z.record(z.string(), z.string()).catch({}).default({}),
  by: z.record(z.string(), z.string()).catch({}).default({}),
  seen: z.string().optional(),
  duplicateOf: z.string().optional(),
  detail: z.string().optional(),
});
const Stored = Measurement.partial();

/** Scores worth a line, in the order of their gates. */
const SCORES = [
  "brisque",
  "quality",
  "flatness",
  "fakeness",
  "faceQuality",
  "faceCleanness",
  "preference",
  "nsfw",
  "aesthetic",
  "watermark",
  "foreground",
] as const;

/** A dropped candidate's measures stand in its verdict, a kept one's beside its asset. */
export function measuredOf(candidate: Candidate, asset: Asset | undefined): Measured {
  const judged = Judged.safeParse(candidate.verdict ?? {}).data ?? { says: {}, by: {} };
  const stored = Stored.safeParse(asset ? asset.measures : (candidate.verdict ?? {})).data ?? {};
  const scores = SCORES.flatMap((name) => (stored[name] === undefined ? [] : [[name, stored[name]] as const]));
  return {
    gates: "gates" in judged ? judged.gates : undefined,
    says: judged.says,
    by: judged.by,
    width: asset?.width ?? stored.width,
    height: asset?.height ?? stored.height,
    persons: stored.persons ?? boxOf(asset?.personBox),
    faces: stored.faces ?? boxOf(asset?.faceBox),
    scores: Object.fromEntries(scores),
    saysGenerated: stored.saysGenerated,
    headerOnly: "seen" in judged && judged.seen === "header",
    duplicateOf: "duplicateOf" in judged ? judged.duplicateOf : undefined,
    detail: "detail" in judged ? judged.detail : undefined,
  };
}

function boxOf(box: readonly number[] | undefined): Detection[] {
  const [x0, y0, x1, y1] = box ?? [];
  return x0 === undefined || y0 === undefined || x1 === undefined || y1 === undefined
    ? []
    : [{ score: 1, box: [x0, y0, x1, y1] }];
}
