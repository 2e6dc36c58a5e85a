import { ATR_PARTS } from "@anyone/domain/parts";
import sharp from "sharp";
import { type Box, toView } from "../boxes.ts";
import { type Crop, cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import type { Network } from "../session.ts";

const WIDTH = 128;
const HEIGHT = 256;
const MARGIN = 0.06;
const GREY = 114;
const MAP_SIDE = 512;
/** No part: here parts meet. */
const EDGE = 255;

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
  const [x0, y0, x1, y1] = toView(box, picture);
  const [dx, dy] = [MARGIN * (x1 - x0), MARGIN * (y1 - y0)];
  const crop = await cropTo(picture.view, [x0 - dx, y0 - dy, x1 + dx, y1 + dy], { width: WIDTH, height: HEIGHT }, GREY);
  const pixels = { data: new Float32Array(crop.data), dims: [1, HEIGHT, WIDTH, 3] };
  const taps = await encoder.run({ input: pixels });
  const { logits } = await decoder.run({ rgb: pixels, ...taps });
  return mapOf((logits as { data: Float32Array }).data, picture, crop);
}

/** A part map as it is stored: 8-bit grey PNG, a pixel's level is its id. */
export function encodePartMap({ ids, width, height }: PartMap): Promise<Uint8Array> {
  return sharp(ids, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** Class of the largest logit per pixel; logits are [18, 256, 128]. */
function mostLikely(logits: Float32Array): Uint8Array {
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

/**
 * The crop's parts in the shape of the picture. Where the four crop pixels around a pixel's centre agree it is theirs; at an edge
 * the logits decide, interpolated to the centre, so that edges are not stairs of the crop's pixels.
 */
function mapOf(logits: Float32Array, picture: Picture, { origin, step }: Crop): PartMap {
  const named = mostLikely(logits);
  const agreed = whereFourAgree(named);
  const shrink = Math.min(1, MAP_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * shrink), Math.round(picture.height * shrink)];
  const inCrop = (count: number, side: number, from: number) =>
    Float64Array.from({ length: count }, (_, i) => (((i + 0.5) / count) * side * picture.scale - from) / step);
  const columns = inCrop(width, picture.width, origin[0]);
  const rows = inCrop(height, picture.height, origin[1]);
  const leftOf = Int32Array.from(columns, (cx) => firstOfTwo(cx, WIDTH));
  const [from, to] = [columns.findIndex((cx) => cx >= 0), columns.findLastIndex((cx) => cx < WIDTH)];
  const ids = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const cy = rows[y] as number;
    if (cy < 0 || cy >= HEIGHT) continue;
    const row = firstOfTwo(cy, HEIGHT);
    for (let x = from; x <= to; x++) {
      const column = leftOf[x] as number;
      const at = row * WIDTH + column;
      const part = agreed[at] as number;
      ids[y * width + x] =
        part === EDGE ? between(logits, named, at, (columns[x] as number) - 0.5 - column, cy - 0.5 - row) : part;
    }
  }
  return { ids, width, height };
}

/** The part of each crop pixel and of those right of it, below and below right; {@link EDGE} where they differ. */
function whereFourAgree(named: Uint8Array): Uint8Array {
  const agreed = new Uint8Array(named.length).fill(EDGE);
  for (let at = 0; at < named.length - WIDTH - 1; at++) {
    const part = named[at] as number;
    if (part === named[at + 1] && part === named[at + WIDTH] && part === named[at + WIDTH + 1]) agreed[at] = part;
  }
  return agreed;
}

/** The first of the two crop pixels between whose centres a place lies. */
function firstOfTwo(place: number, side: number): number {
  return Math.max(0, Math.min(side - 2, Math.floor(place - 0.5)));
}

/** Of the parts of four neighbouring crop pixels, `at` being the upper left one, the likeliest at (right, down) among them. */
function between(logits: Float32Array, named: Uint8Array, at: number, right: number, down: number): number {
  const [u, v] = [Math.max(0, Math.min(1, right)), Math.max(0, Math.min(1, down))];
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const corner of [at, at + 1, at + WIDTH, at + WIDTH + 1]) {
    const part = named[corner] as number;
    const i = part * WIDTH * HEIGHT + at;
    const value =
      ((logits[i] as number) * (1 - u) + (logits[i + 1] as number) * u) * (1 - v) +
      ((logits[i + WIDTH] as number) * (1 - u) + (logits[i + WIDTH + 1] as number) * u) * v;
    if (value > most) [best, most] = [part, value];
  }
  return best;
}
