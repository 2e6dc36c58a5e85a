import type { Box } from "../boxes.ts";
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
  const [x0, y0, x1, y1] = box.map((v) => v * scale) as [number, number, number, number];
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
  const middle = GRID / 2;
  const person = best((i) => sigmoid(center.data[i] as number) / (distance(i, middle, middle) / GRID + 1));
  const [py, px] = [Math.floor(person / GRID), person % GRID];
  return Array.from({ length: POINTS }, (_, k) => {
    const y = (regress.data[person * 2 * POINTS + 2 * k] as number) + py;
    const x = (regress.data[person * 2 * POINTS + 2 * k + 1] as number) + px;
    const score = (i: number) => sigmoid(heatmap.data[i * POINTS + k] as number);
    const cell = best((i) => score(i) / (distance(i, y, x) + 1.8));
    const [dy, dx] = [
      offset.data[cell * 2 * POINTS + 2 * k] as number,
      offset.data[cell * 2 * POINTS + 2 * k + 1] as number,
    ];
    return [((cell % GRID) + dx) / GRID, (Math.floor(cell / GRID) + dy) / GRID, score(cell)];
  });
}

function best(value: (cell: number) => number): number {
  let at = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < GRID * GRID; i++) {
    const v = value(i);
    if (v > most) {
      at = i;
      most = v;
    }
  }
  return at;
}

function distance(cell: number, y: number, x: number): number {
  return Math.sqrt((Math.floor(cell / GRID) - y) ** 2 + ((cell % GRID) - x) ** 2);
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
