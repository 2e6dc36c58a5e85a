import sharp from "sharp";
import type { Box } from "../boxes.ts";
import type { Plane } from "../grey.ts";

const WIDTH = 256;
/** Grey levels between the neighbours two pixels away on either side. */
const FLAT = 2.5;
const HARD = 60;
/** A picture with this share of hard edges counts in full. */
const ENOUGH_EDGES = 0.01;

/**
 * How much of the person is flat colour bounded by hard edges, 0 to 1: a sign of a flat drawing, not of an image made by a model.
 * A blurred photograph is flat as well, but has no hard edges. A rule, not a classifier. `box` is in pixels
 * of the plane.
 */
export async function flatness(grey: Plane, [x0, y0, x1, y1]: Box): Promise<number> {
  const left = Math.min(grey.width - 8, Math.floor(x0));
  const top = Math.min(grey.height - 8, Math.floor(y0));
  const { data, info } = await sharp(grey.levels, { raw: { width: grey.width, height: grey.height, channels: 1 } })
    .extract({
      left,
      top,
      width: Math.max(8, Math.min(grey.width, Math.round(x1)) - left),
      height: Math.max(8, Math.min(grey.height, Math.round(y1)) - top),
    })
    .resize({ width: WIDTH })
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return flatShare(data, info.width, info.height);
}

/** The same on grey levels, row by row. */
export function flatShare(levels: Uint8Array, width: number, height: number): number {
  let flat = 0;
  let hard = 0;
  for (let y = 2; y < height - 2; y++) {
    for (let x = 2; x < width - 2; x++) {
      const at = y * width + x;
      const across = (levels[at + 2] as number) - (levels[at - 2] as number);
      const down = (levels[at + 2 * width] as number) - (levels[at - 2 * width] as number);
      const steepness = across * across + down * down;
      if (steepness < FLAT * FLAT) flat++;
      else if (steepness > HARD * HARD) hard++;
    }
  }
  const count = (width - 4) * (height - 4);
  return (flat / count) * Math.min(1, hard / count / ENOUGH_EDGES);
}
