import sharp from "sharp";
import type { Pixels } from "./decode.ts";

/** A small JPEG of the view, longest side at most so many pixels. */
export function thumbnail({ data, width, height }: Pixels, longest = 320): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(longest, longest, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 82 })
    .toBuffer();
}
