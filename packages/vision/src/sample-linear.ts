import type { Pixels } from "./decode.ts";

/** Where a target's pixel lies in the view, per axis: `place = pixel · step + start`. */
export interface Grid {
  width: number;
  height: number;
  step: readonly [x: number, y: number];
  start: readonly [x: number, y: number];
}

/** OpenCV's `resize`: centres of pixels meet centres of pixels. */
export function resizeGrid(view: { width: number; height: number }, width: number, height: number): Grid {
  const step = [view.width / width, view.height / height] as const;
  return { width, height, step, start: [step[0] / 2 - 0.5, step[1] / 2 - 0.5] };
}

/**
 * Samples RGB bilinearly on a grid, without averaging when it shrinks: what OpenCV's INTER_LINEAR does in `resize` (border "edge") and in
 * `warpAffine` (border: a level, 0 to 255, outside of the view). Detectors were trained on pictures resized so.
 */
export function sampleLinear(view: Pixels, grid: Grid, border: "edge" | number): Uint8Array {
  const out = new Uint8Array(grid.width * grid.height * 3);
  for (let y = 0, at = 0; y < grid.height; y++) {
    const sy = y * grid.step[1] + grid.start[1];
    for (let x = 0; x < grid.width; x++, at += 3) {
      const sx = x * grid.step[0] + grid.start[0];
      for (let c = 0; c < 3; c++) out[at + c] = Math.round(levelAt(view, sx, sy, c, border));
    }
  }
  return out;
}

function levelAt({ data, width, height }: Pixels, x: number, y: number, c: number, border: "edge" | number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - x0, y - y0];
  const level = (px: number, py: number): number => {
    if (border === "edge") {
      const [cx, cy] = [Math.max(0, Math.min(width - 1, px)), Math.max(0, Math.min(height - 1, py))];
      return data[(cy * width + cx) * 3 + c] as number;
    }
    return px < 0 || py < 0 || px >= width || py >= height ? border : (data[(py * width + px) * 3 + c] as number);
  };
  const upper = level(x0, y0) * (1 - u) + level(x0 + 1, y0) * u;
  const lower = level(x0, y0 + 1) * (1 - u) + level(x0 + 1, y0 + 1) * u;
  return upper * (1 - v) + lower * v;
}
