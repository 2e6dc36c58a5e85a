import type { Point } from "./figure/geometry.ts";
import type { Layer } from "./figure/layer.ts";

/** From body units to pixels: x' = x·scale + left, y' = y·scale + top. */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly scale: number;
}

export interface Bounds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** The box of a layer in pixels, not clipped. */
export function boundsOf(layer: Layer, { left, top, scale }: Placement): Bounds {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of layer.rings)
    for (const [x, y] of ring) {
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
  return { x0: x0 * scale + left, y0: y0 * scale + top, x1: x1 * scale + left, y1: y1 * scale + top };
}

/**
 * Calls `span` with the runs of a layer's inside on horizontal lines y = (row + .5) / sub, for every row of a picture of `height` pixels.
 * x is continuous. Nonzero winding, or even-odd where the layer says so.
 */
export function scan(
  layer: Layer,
  at: Placement,
  height: number,
  sub: number,
  span: (row: number, from: number, to: number) => void,
): void {
  const rows = height * sub;
  const lines = new Array<number[] | undefined>(rows);
  for (const ring of layer.rings) addRing(ring, at, sub, rows, lines);
  for (let row = 0; row < rows; row++) {
    const crossings = lines[row];
    if (!crossings) continue;
    sortCrossings(crossings);
    let winding = 0;
    for (let i = 0; i + 3 < crossings.length; i += 2) {
      winding += layer.evenOdd ? 1 : (crossings[i + 1] as number);
      const inside = layer.evenOdd ? winding % 2 === 1 : winding !== 0;
      const x = crossings[i] as number;
      const next = crossings[i + 2] as number;
      if (inside && next > x) span(row, x, next);
    }
  }
}

/** Adds to each row where a ring crosses it, as x and direction in turns. */
function addRing(
  ring: readonly Point[],
  { left, top, scale }: Placement,
  sub: number,
  rows: number,
  lines: (number[] | undefined)[],
): void {
  for (let i = 0; i < ring.length; i++) {
    const a = ring[i] as Point;
    const b = ring[(i + 1) % ring.length] as Point;
    const ya = (a[1] * scale + top) * sub;
    const yb = (b[1] * scale + top) * sub;
    if (ya === yb) continue;
    const direction = ya < yb ? 1 : -1;
    const first = Math.max(0, Math.ceil(Math.min(ya, yb) - 0.5));
    const last = Math.min(rows - 1, Math.ceil(Math.max(ya, yb) - 0.5) - 1);
    if (last < first) continue;
    const slope = ((b[0] - a[0]) * scale) / (yb - ya);
    const start = a[0] * scale + left;
    for (let row = first; row <= last; row++) {
      const x = start + (row + 0.5 - ya) * slope;
      const line = lines[row];
      if (line) line.push(x, direction);
      else lines[row] = [x, direction];
    }
  }
}

/** Sorts pairs of x and direction by x, in place; there are few. */
function sortCrossings(pairs: number[]): void {
  for (let i = 2; i < pairs.length; i += 2) {
    const [x, direction] = [pairs[i] as number, pairs[i + 1] as number];
    let j = i - 2;
    for (; j >= 0 && (pairs[j] as number) > x; j -= 2) {
      pairs[j + 2] = pairs[j] as number;
      pairs[j + 3] = pairs[j + 1] as number;
    }
    pairs[j + 2] = x;
    pairs[j + 3] = direction;
  }
}

/** Which layer is seen at each pixel: 0 none, else its place in the list plus one; painted from back to front. */
export function layerMap(
  layers: readonly { layer: Layer; at: Placement }[],
  width: number,
  height: number,
): Uint16Array {
  const map = new Uint16Array(width * height);
  layers.forEach(({ layer, at }, index) => {
    scan(layer, at, height, 1, (row, from, to) => {
      const x0 = Math.max(0, Math.ceil(from - 0.5));
      const x1 = Math.min(width, Math.ceil(to - 0.5));
      if (x1 > x0) map.fill(index + 1, row * width + x0, row * width + x1);
    });
  });
  return map;
}

/** A layer's share of each pixel of a coarse picture, over its own box widened by `reach` pixels. */
export interface Coverage {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly share: Float32Array;
}

export function coverageOf(layer: Layer, at: Placement, width: number, height: number, reach: number): Coverage | null {
  const box = boundsOf(layer, at);
  const x = Math.max(0, Math.floor(box.x0) - reach);
  const y = Math.max(0, Math.floor(box.y0) - reach);
  const w = Math.min(width, Math.ceil(box.x1) + reach) - x;
  const h = Math.min(height, Math.ceil(box.y1) + reach) - y;
  if (w <= 0 || h <= 0) return null;
  const share = new Float32Array(w * h);
  const sub = 3;
  scan(layer, at, height, sub, (row, from, to) => {
    const line = Math.floor(row / sub) - y;
    if (line < 0 || line >= h) return;
    const [a, b] = [Math.max(0, from - x), Math.min(w, to - x)];
    if (b <= a) return;
    const [ia, ib] = [Math.floor(a), Math.min(w - 1, Math.floor(b))];
    const o = line * w;
    if (ia === ib) {
      share[o + ia] = (share[o + ia] as number) + (b - a) / sub;
      return;
    }
    share[o + ia] = (share[o + ia] as number) + (ia + 1 - a) / sub;
    for (let i = ia + 1; i < ib; i++) share[o + i] = (share[o + i] as number) + 1 / sub;
    share[o + ib] = (share[o + ib] as number) + (b - ib) / sub;
  });
  return { x, y, width: w, height: h, share };
}
