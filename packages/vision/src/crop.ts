import sharp from "sharp";
import type { Box } from "./boxes.ts";
import type { Pixels } from "./decode.ts";
import { paste } from "./paste.ts";

/** Part of a view, resized for a network, and how its pixels map back: `view = origin + pixel · step`. */
export interface Crop {
  data: Uint8Array;
  origin: readonly [number, number];
  /** View pixels per crop pixel. */
  step: number;
}

/**
 * Cuts `box` (view pixels; it may reach outside) and resizes it into `size`, keeping its shape. What is not covered is
 * `fill` (grey level 0 to 255): outside the view, and right and below of a box that is narrower than the target.
 */
export async function cropTo(
  view: Pixels,
  box: Box,
  size: { width: number; height: number },
  fill: number,
): Promise<Crop> {
  const [x0, y0, x1, y1] = [Math.floor(box[0]), Math.floor(box[1]), Math.ceil(box[2]), Math.ceil(box[3])];
  const left = Math.max(0, Math.min(view.width - 1, x0));
  const top = Math.max(0, Math.min(view.height - 1, y0));
  const right = Math.max(left + 1, Math.min(view.width, x1));
  const bottom = Math.max(top + 1, Math.min(view.height, y1));
  const step = Math.max((x1 - x0) / size.width, (y1 - y0) / size.height);
  const inner = {
    width: Math.min(size.width, Math.max(1, Math.round((right - left) / step))),
    height: Math.min(size.height, Math.max(1, Math.round((bottom - top) / step))),
  };
  const shift = {
    x: Math.min(size.width - inner.width, Math.max(0, Math.round((left - x0) / step))),
    y: Math.min(size.height - inner.height, Math.max(0, Math.round((top - y0) / step))),
  };
  const resized = await sharp(view.data, { raw: { width: view.width, height: view.height, channels: 3 } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize(inner.width, inner.height, { fit: "fill", kernel: "cubic" })
    .raw()
    .toBuffer();
  const data = new Uint8Array(size.width * size.height * 3).fill(fill);
  paste({ data, ...size }, { data: resized, ...inner }, shift.x, shift.y);
  return { data, origin: [left - shift.x * step, top - shift.y * step], step };
}
