import sharp from "sharp";
import type { Pixels } from "./decode.ts";

/** A small JPEG of the view, longest side at most 320 pixels. */
export function thumbnail({ data, width, height }: Pixels): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .resize(320, 320, { fit: "inside", withoutEnlargement: true })
    .jpeg({ quality: 82 })
    .toBuffer();
}
