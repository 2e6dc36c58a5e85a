import { ATR_PARTS } from "@anyone/domain/parts";
import sharp from "sharp";
import type { Box } from "../boxes.ts";
import { type Crop, cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import type { Network } from "../session.ts";

const WIDTH = 128;
const HEIGHT = 256;
const MARGIN = 0.06;
const GREY = 114;
const MAP_SIDE = 512;

/** One ATR-18 id per pixel, in the shape of the picture, longest side at most 512. */
export interface PartMap {
  ids: Uint8Array;
  width: number;
  height: number;
}

/**
 * Names the part of every pixel of the person in `box` (picture pixels): frozen encoder, then the decoder trained on drawn people
 * (it sees the pixels too), on the box widened by 6 %. Outside of it everything is background.
 */
export async function parseParts(encoder: Network, decoder: Network, picture: Picture, box: Box): Promise<PartMap> {
  const { view, scale } = picture;
  const [x0, y0, x1, y1] = box.map((v) => v * scale) as [number, number, number, number];
  const [dx, dy] = [MARGIN * (x1 - x0), MARGIN * (y1 - y0)];
  const crop = await cropTo(view, [x0 - dx, y0 - dy, x1 + dx, y1 + dy], { width: WIDTH, height: HEIGHT }, GREY);
  const pixels = { data: new Float32Array(crop.data), dims: [1, HEIGHT, WIDTH, 3] };
  const taps = await encoder.run({ input: pixels });
  const { logits } = await decoder.run({ rgb: pixels, ...taps });
  const ids = mostLikely((logits as { data: Float32Array }).data);
  return mapOf(ids, picture, crop);
}

/** A part map as it is stored: 8-bit grey PNG, a pixel's level is its id. */
export function encodePartMap({ ids, width, height }: PartMap): Promise<Uint8Array> {
  return sharp(ids, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Class of the largest logit per pixel; logits are [18, 256, 128]. */
export function mostLikely(logits: Float32Array): Uint8Array {
  const plane = WIDTH * HEIGHT;
  const ids = new Uint8Array(plane);
  const best = logits.slice(0, plane);
  for (let part = 1; part < ATR_PARTS.length; part++) {
    const from = part * plane;
    for (let i = 0; i < plane; i++) {
      const value = logits[from + i] as number;
      if (value > (best[i] as number)) {
        best[i] = value;
        ids[i] = part;
      }
    }
  }
  return ids;
}

/** The crop's ids in the shape of the picture: every pixel takes the id of the crop pixel that its centre lies in. */
function mapOf(cropped: Uint8Array, picture: Picture, { origin, step }: Crop): PartMap {
  const shrink = Math.min(1, MAP_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * shrink), Math.round(picture.height * shrink)];
  const inCrop = (centre: number, side: number, from: number) =>
    Math.floor((centre * side * picture.scale - from) / step);
  const columns = Int32Array.from({ length: width }, (_, x) => inCrop((x + 0.5) / width, picture.width, origin[0]));
  const ids = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = inCrop((y + 0.5) / height, picture.height, origin[1]);
    if (row < 0 || row >= HEIGHT) continue;
    for (let x = 0; x < width; x++) {
      const column = columns[x] as number;
      if (column >= 0 && column < WIDTH) ids[y * width + x] = cropped[row * WIDTH + column] as number;
    }
  }
  return { ids, width, height };
}
