import type { Plane } from "../grey.ts";

const HALF = 3;
const SIGMA = 7 / 6;

/** The window's 7 taps are symmetric and sum to 1: the middle one, then those 1, 2 and 3 pixels away. */
const [W0, W1, W2, W3] = (() => {
  const raw = [0, 1, 2, 3].map((i) => Math.exp(-(i * i) / (2 * SIGMA * SIGMA))) as [number, number, number, number];
  const sum = raw[0] + 2 * (raw[1] + raw[2] + raw[3]);
  return raw.map((v) => v / sum) as typeof raw;
})();

/**
 * What a level's mean is subtracted from. In a flat window nothing but rounding would be left, and yet its sign counts: by it a flat
 * drawing scores as ruined or as clean. The gate's threshold was set where level / 255 is rounded to 32 bits, so that rounding is
 * kept here on purpose, and the rounding of the windows' own sums taken out.
 */
const LEVELS = Float64Array.from({ length: 256 }, (_, level) => {
  const flat = (v: number) => weigh(v, v, v, v, v, v, v);
  return flat(flat(level)) + 255 * (level / 255 - Math.fround(level / 255));
});

/** Seven neighbours on a line, the middle one being `d`. */
function weigh(a: number, b: number, c: number, d: number, e: number, f: number, g: number): number {
  return W0 * d + W1 * (c + e) + W2 * (b + f) + W3 * (a + g);
}

/**
 * Mean-subtracted, contrast-normalised brightness: (I − µ) / (σ + 1) with a Gaussian window of 7×7, borders repeated, I in levels
 * (the same as the paper's division by 255 and 1/255 beside σ). It comes row by row, each with the one above it: all that the
 * statistics need, and small enough to stay in the cache. Both rows are written again for the next call.
 */
export function normaliseRows(plane: Plane, take: (row: Float32Array, above: Float32Array | undefined) => void): void {
  const { levels, width, height } = plane;
  const means = new Float64Array(width + 2 * HALF);
  const squares = new Float64Array(width + 2 * HALF);
  let row = new Float32Array(width);
  let above = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    weighDown(plane, y, means, squares);
    repeatEnds(means);
    repeatEnds(squares);
    normaliseRow(levels, y * width, means, squares, row);
    take(row, y === 0 ? undefined : above);
    [row, above] = [above, row];
  }
}

/** Weighted sums of the levels and of their squares over the 7 rows around row `y`. */
function weighDown({ levels, width, height }: Plane, y: number, means: Float64Array, squares: Float64Array): void {
  const at = (down: number) => Math.min(height - 1, Math.max(0, y + down)) * width;
  const [ra, rb, rc, rd, re, rf, rg] = [at(-3), at(-2), at(-1), at(0), at(1), at(2), at(3)];
  for (let x = 0; x < width; x++) {
    const a = levels[ra + x] as number;
    const b = levels[rb + x] as number;
    const c = levels[rc + x] as number;
    const d = levels[rd + x] as number;
    const e = levels[re + x] as number;
    const f = levels[rf + x] as number;
    const g = levels[rg + x] as number;
    means[x + HALF] = weigh(a, b, c, d, e, f, g);
    squares[x + HALF] = weigh(a * a, b * b, c * c, d * d, e * e, f * f, g * g);
  }
}

function repeatEnds(line: Float64Array): void {
  line.fill(line[HALF] as number, 0, HALF);
  line.fill(line[line.length - 1 - HALF] as number, line.length - HALF);
}

/** Weighs the sums across and normalises the row of levels that begins at `from`. */
function normaliseRow(
  levels: Uint8Array,
  from: number,
  means: Float64Array,
  squares: Float64Array,
  row: Float32Array,
): void {
  for (let x = 0; x < row.length; x++) {
    const mean = weighAt(means, x);
    const square = weighAt(squares, x);
    row[x] = ((LEVELS[levels[from + x] as number] as number) - mean) / (Math.sqrt(Math.abs(square - mean * mean)) + 1);
  }
}

/** The seven sums from `x` on. */
function weighAt(sums: Float64Array, x: number): number {
  return weigh(
    sums[x] as number,
    sums[x + 1] as number,
    sums[x + 2] as number,
    sums[x + 3] as number,
    sums[x + 4] as number,
    sums[x + 5] as number,
    sums[x + 6] as number,
  );
}
