import { ATR_PARTS } from "@anyone/domain/parts";
import type { Picture } from "../decode.ts";
import { toPlanes } from "../planes.ts";
import { sampleLinear } from "../sample-linear.ts";
import type { Network, Output } from "../session.ts";
import type { PartMap } from "./atr18.ts";

const SIDE = 512;
const MAP_SIDE = 512;
/** ImageNet's statistics, but blue first on a blue-first picture: SCHP was trained so. */
const NORMAL = {
  mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
  deviation: [0.229 * 255, 0.224 * 255, 0.225 * 255],
  order: "bgr",
} as const;

/**
 * ATR-18 parts of every pixel by SCHP: the whole view in the middle of 512×512 on black, the logits enlarged to that size with aligned corners,
 * warped back, and the largest taken. Logits outside are 0, so nothing there is a part.
 */
export async function parsePartsSchp(network: Network, picture: Picture): Promise<PartMap> {
  const { view } = picture;
  const { step, start } = wholeView(view.width, view.height);
  const square = sampleLinear(view, { width: SIDE, height: SIDE, step: [step, step], start }, 0);
  const { logits } = await network.run({ "input.1": { data: toPlanes(square, NORMAL), dims: [1, 3, SIDE, SIDE] } });
  return mapOf(logits as Output, picture, step, start);
}

/** View pixels per pixel of the square, and where its corner lies: published code aligns the centres of the outermost pixels. */
export function wholeView(width: number, height: number): { step: number; start: [number, number] } {
  const [w, h] = [width - 1, height - 1];
  const step = Math.max(w, h) / (SIDE - 1);
  return { step, start: [w / 2 - ((SIDE - 1) / 2) * step, h / 2 - ((SIDE - 1) / 2) * step] };
}

function mapOf(logits: Output, picture: Picture, step: number, start: readonly [number, number]): PartMap {
  const { view } = picture;
  const shrink = Math.min(1, MAP_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [Math.round(picture.width * shrink), Math.round(picture.height * shrink)];
  const ids = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const sy = (((y + 0.5) / height) * view.height - 0.5 - start[1]) / step;
    for (let x = 0; x < width; x++) {
      const sx = (((x + 0.5) / width) * view.width - 0.5 - start[0]) / step;
      ids[y * width + x] = partAt(logits, sx, sy);
    }
  }
  return { ids, width, height };
}

/** The part with the largest logit at a place of the square. */
export function partAt(logits: Output, x: number, y: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let part = 0; part < ATR_PARTS.length; part++) {
    const value = between(x, y, (px, py) => enlarged(logits, part, px, py));
    if (value > most) [best, most] = [part, value];
  }
  return best;
}

/** A pixel of the logits enlarged to the square, first and last pixels aligned; 0 outside. */
function enlarged({ data, dims }: Output, part: number, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) return 0;
  const [rows, columns] = dims.slice(-2) as [number, number];
  const from = part * rows * columns;
  return between((x * (columns - 1)) / (SIDE - 1), (y * (rows - 1)) / (SIDE - 1), (cx, cy) => {
    return data[from + Math.min(rows - 1, cy) * columns + Math.min(columns - 1, cx)] as number;
  });
}

/** Bilinear between the four whole places around (x, y). */
function between(x: number, y: number, at: (x: number, y: number) => number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - x0, y - y0];
  const upper = at(x0, y0) * (1 - u) + (u > 0 ? at(x0 + 1, y0) * u : 0);
  if (v === 0) return upper;
  return upper * (1 - v) + (at(x0, y0 + 1) * (1 - u) + (u > 0 ? at(x0 + 1, y0 + 1) * u : 0)) * v;
}
