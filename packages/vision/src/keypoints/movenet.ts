import { type Box, toView } from "../boxes.ts";
import { cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import type { Network, Output } from "../session.ts";

const SIZE = 256;
const GRID = 64;
const POINTS = 17;

/** x and y in picture pixels, score 0 to 1. */
export type Keypoint = readonly [x: number, y: number, score: number];

/** The 17 COCO key points of the person in `box` (picture pixels), nose first. A point that is hidden or cut off scores low. */
export async function findKeypoints(network: Network, picture: Picture, box: Box): Promise<Keypoint[]> {
  const { view, scale } = picture;
  const [x0, y0, x1, y1] = toView(box, picture);
  const half = (Math.max(x1 - x0, y1 - y0) * 1.15) / 2;
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  const crop = await cropTo(view, [cx - half, cy - half, cx + half, cy + half], { width: SIZE, height: SIZE }, 0);
  const outputs = await network.run({ input: { data: new Float32Array(crop.data), dims: [1, SIZE, SIZE, 3] } });
  return decodeKeypoints(outputs).map(([x, y, score]) => [
    (crop.origin[0] + x * SIZE * crop.step) / scale,
    (crop.origin[1] + y * SIZE * crop.step) / scale,
    score,
  ]);
}

/**
 * MoveNet's single-person decoding as its graph has it: the person is the centre cell best weighted towards the middle; each
 * point is the heatmap's best cell near where that centre regresses it to, plus the cell's offset. Units of the input's side.
 */
export function decodeKeypoints(outputs: Record<string, Output>): Keypoint[] {
  const { center, heatmap, regress, offset } = outputs as Record<"center" | "heatmap" | "regress" | "offset", Output>;
  const person = bestCell({ logits: center.data, channel: 0, channels: 1 }, GRID / 2, GRID / 2, 1 / GRID, 1);
  const [py, px] = [Math.floor(person / GRID), person % GRID];
  return Array.from({ length: POINTS }, (_, k) => {
    const y = (regress.data[person * 2 * POINTS + 2 * k] as number) + py;
    const x = (regress.data[person * 2 * POINTS + 2 * k + 1] as number) + px;
    const cell = bestCell({ logits: heatmap.data, channel: k, channels: POINTS }, y, x, 1, 1.8);
    const [dy, dx] = [
      offset.data[cell * 2 * POINTS + 2 * k] as number,
      offset.data[cell * 2 * POINTS + 2 * k + 1] as number,
    ];
    const score = sigmoid(heatmap.data[cell * POINTS + k] as number);
    return [((cell % GRID) + dx) / GRID, (Math.floor(cell / GRID) + dy) / GRID, score];
  });
}

/** One channel of an output that has all channels of a cell side by side. */
interface Channel {
  logits: Float32Array;
  channel: number;
  channels: number;
}

/**
 * The cell with the largest score / (distance to (y, x) in cells · `slope` + `base`). The search starts from the nearest cell: a
 * score is at most 1, so most of the others are too far away whatever theirs is, and their exponential is spared.
 */
function bestCell({ logits, channel, channels }: Channel, y: number, x: number, slope: number, base: number): number {
  let best = nearest(y) * GRID + nearest(x);
  let most = 0;
  for (let step = -1; step < GRID * GRID; step++) {
    const cell = step < 0 ? best : step;
    const down = Math.floor(cell / GRID) - y;
    const right = (cell % GRID) - x;
    const divisor = Math.sqrt(down * down + right * right) * slope + base;
    if (most * divisor >= 1) continue;
    const value = sigmoid(logits[cell * channels + channel] as number) / divisor;
    if (value > most) {
      best = cell;
      most = value;
    }
  }
  return best;
}

function nearest(place: number): number {
  return Math.min(GRID - 1, Math.max(0, Math.round(place)));
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
