import { compose } from "./compose.ts";
import { brokenFile, filmOf, nearDuplicate, withGps } from "./defects.ts";
import { develop } from "./develop.ts";
import { type DrawOptions, planPicture } from "./plan-picture.ts";
import { planSample, type SampleOptions } from "./plan-sample.ts";
import { random } from "./random.ts";
import { tellTruth } from "./tell-truth.ts";
import type { DrawnTruth } from "./truth.ts";

export interface Drawing {
  /** JPEG bytes. */
  readonly jpeg: Uint8Array;
  readonly truth: DrawnTruth;
}

/**
 * Draws one photograph-like picture of a person, or of what a defect makes of it, with its complete truth. The same seed and options give the
 * same bytes on one version of the drawing libraries.
 *
 * @throws {RangeError} for attributes that the label protocol does not have, or a near duplicate of nothing.
 */
export async function drawPerson(seed: number, options: DrawOptions = {}): Promise<Drawing> {
  if (options.defect === "near-duplicate") return duplicate(seed, options);
  const picture = planPicture(seed, options);
  const truth = tellTruth(picture);
  const raster = await compose(picture, picture.defect === "cartoon");
  const film = filmOf(picture, random(seed, "film"));
  const developed = await develop(raster, film, random(seed, "grain"));
  const jpeg =
    picture.defect === "exif-gps" ? await withGps(developed, random(seed, "gps")) : await developed.toBuffer();
  return { jpeg: picture.defect === "broken-file" ? brokenFile(jpeg, random(seed, "break")) : jpeg, truth };
}

/** The truth of `drawPerson(seed, options)` without drawing it: a few milliseconds. */
export function sampleTruth(seed: number, options: DrawOptions = {}): DrawnTruth {
  if (options.defect !== "near-duplicate") return tellTruth(planPicture(seed, options));
  const { truth } = { truth: tellTruth(planPicture(originalOf(options), { ...options, defect: null })) };
  return { ...truth, seed, defect: "near-duplicate", duplicateOf: originalOf(options) };
}

/** One picture of an endless, mixed stream: what the drawn world's sources serve. */
export const drawSample = (seed: number, options: SampleOptions = {}): Promise<Drawing> =>
  drawPerson(seed, planSample(seed, options));

/** The truth of `drawSample(seed, options)` without drawing it. */
export const truthOfSample = (seed: number, options: SampleOptions = {}): DrawnTruth =>
  sampleTruth(seed, planSample(seed, options));

async function duplicate(seed: number, options: DrawOptions): Promise<Drawing> {
  const original = originalOf(options);
  const { jpeg, truth } = await drawPerson(original, { ...options, defect: null });
  return nearDuplicate(
    { jpeg, truth: { ...truth, seed, defect: "near-duplicate", duplicateOf: original } },
    random(seed, "duplicate"),
  );
}

function originalOf({ duplicateOf }: DrawOptions): number {
  if (duplicateOf === undefined) throw new RangeError("a near duplicate needs `duplicateOf`, the seed of its original");
  return duplicateOf;
}
