import { random } from "./random.ts";

/** Side of every noise tile; tiles repeat without a seam. */
export const TILE = 256;

/** Smooth noise from octaves of [cells per tile, weight]. */
function octaves(label: string, list: readonly (readonly [number, number])[]): Float32Array {
  const r = random(424242, label);
  const out = new Float32Array(TILE * TILE);
  for (const [cells, weight] of list) {
    const grid = Float32Array.from({ length: cells * cells }, () => r.between(-1, 1));
    const at = (i: number, j: number): number => grid[(j % cells) * cells + (i % cells)] as number;
    const size = TILE / cells;
    for (let y = 0; y < TILE; y++)
      for (let x = 0; x < TILE; x++) {
        const [x0, y0] = [Math.floor(x / size), Math.floor(y / size)];
        const [tx, ty] = [smooth(x / size - x0), smooth(y / size - y0)];
        const upper = at(x0, y0) * (1 - tx) + at(x0 + 1, y0) * tx;
        const lower = at(x0, y0 + 1) * (1 - tx) + at(x0 + 1, y0 + 1) * tx;
        const o = y * TILE + x;
        out[o] = (out[o] as number) + weight * (upper * (1 - ty) + lower * ty);
      }
  }
  return out;
}
const smooth = (t: number): number => t * t * t * (t * (6 * t - 15) + 10);

export const CLOUDS = octaves("clouds", [
  [8, 1],
  [16, 0.55],
  [32, 0.3],
  [64, 0.16],
]);
/** Broad ridges: where cloth folds. */
export const RIDGES = octaves("ridges", [
  [8, 1],
  [16, 0.5],
]).map((v) => Math.sqrt(v * v + 0.02));
/** White noise of unit variance, for weave and for the grain of the film. */
export const GRAIN = (() => {
  const r = random(777, "grain");
  return Float32Array.from({ length: TILE * TILE }, () => (r.next() + r.next() + r.next() + r.next() - 2) * 1.73);
})();

/** Bilinear look-up at (u, v) in tile pixels; the tile repeats. */
export function noiseAt(tile: Float32Array, u: number, v: number): number {
  const x0 = Math.floor(u);
  const y0 = Math.floor(v);
  const fx = u - x0;
  const fy = v - y0;
  const a = (y0 & 255) << 8;
  const b = ((y0 + 1) & 255) << 8;
  const c = x0 & 255;
  const d = (x0 + 1) & 255;
  return (
    ((tile[a + c] as number) * (1 - fx) + (tile[a + d] as number) * fx) * (1 - fy) +
    ((tile[b + c] as number) * (1 - fx) + (tile[b + d] as number) * fx) * fy
  );
}
