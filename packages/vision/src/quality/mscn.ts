import type { Plane } from "../grey.ts";

/** One row of normalised brightness, written again for a later row. */
export interface Row {
  /** As many as the plane is wide, then {@link BEYOND} zeros. */
  values: Float64Array;
  width: number;
  /** Whether a value is exactly 0, as in areas that are black or white. */
  hasZeros: boolean;
}

/** Zeros behind a row: whoever takes two products of neighbours at a time may read beyond its end and adds nothing. */
const BEYOND = 2;
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
  const flat = (v: number) => weigh(v, v + v, v + v, v + v);
  return flat(flat(level)) + 255 * (level / 255 - Math.fround(level / 255));
});

/** Seven neighbours on a line: the middle one, and the sums of those 1, 2 and 3 pixels away on either side. */
function weigh(middle: number, one: number, two: number, three: number): number {
  return W0 * middle + W1 * one + W2 * two + W3 * three;
}

/**
 * Mean-subtracted, contrast-normalised brightness: (I − µ) / (σ + 1) with a Gaussian window of 7×7, borders repeated, I in levels
 * (the same as the paper's division by 255 and 1/255 beside σ). It comes row by row, each with the one above it: all that the
 * statistics need, and small enough to stay in the cache.
 */
export function normaliseRows(plane: Plane, take: (row: Row, above: Row | undefined) => void): void {
  const { levels, width, height } = plane;
  const upper = noSums(width);
  const lower = noSums(width);
  let row = noRow(width);
  let above = noRow(width);
  for (let y = 0; y < height; y++) {
    if (y % 2 === 0) weighDown(plane, y, upper, lower);
    const sums = y % 2 === 0 ? upper : lower;
    normaliseRow(levels, y * width, sums, row);
    take(row, y === 0 ? undefined : above);
    [row, above] = [above, row];
  }
}

/** Weighted sums of the levels and of their squares over the 7 pixels above each other, {@link HALF} more at either end. */
interface Sums {
  means: Float64Array;
  squares: Float64Array;
}

function noSums(width: number): Sums {
  return { means: new Float64Array(width + 2 * HALF), squares: new Float64Array(width + 2 * HALF) };
}

function noRow(width: number): Row {
  return { values: new Float64Array(width + BEYOND), width, hasZeros: false };
}

/** Sums over the 7 rows around row `y` and over those around the next: six are the same. */
function weighDown({ levels, width, height }: Plane, y: number, upper: Sums, lower: Sums): void {
  const at = (down: number) => Math.min(height - 1, Math.max(0, y + down)) * width;
  const [ra, rb, rc, rd, re, rf, rg, rh] = [at(-3), at(-2), at(-1), at(0), at(1), at(2), at(3), at(4)];
  const { means: upperMeans, squares: upperSquares } = upper;
  const { means: lowerMeans, squares: lowerSquares } = lower;
  // `| 0` keeps sums of whole numbers whole: without it each of them is checked for what does not fit into 32 bits.
  for (let x = 0; x < width; x++) {
    const a = levels[(ra + x) | 0] as number;
    const b = levels[(rb + x) | 0] as number;
    const c = levels[(rc + x) | 0] as number;
    const d = levels[(rd + x) | 0] as number;
    const e = levels[(re + x) | 0] as number;
    const f = levels[(rf + x) | 0] as number;
    const g = levels[(rg + x) | 0] as number;
    const h = levels[(rh + x) | 0] as number;
    upperMeans[x + HALF] = weigh(d, (c + e) | 0, (b + f) | 0, (a + g) | 0);
    lowerMeans[x + HALF] = weigh(e, (d + f) | 0, (c + g) | 0, (b + h) | 0);
    const bb = Math.imul(b, b);
    const cc = Math.imul(c, c);
    const dd = Math.imul(d, d);
    const ee = Math.imul(e, e);
    const ff = Math.imul(f, f);
    const gg = Math.imul(g, g);
    upperSquares[x + HALF] = weigh(dd, (cc + ee) | 0, (bb + ff) | 0, (Math.imul(a, a) + gg) | 0);
    lowerSquares[x + HALF] = weigh(ee, (dd + ff) | 0, (cc + gg) | 0, (bb + Math.imul(h, h)) | 0);
  }
  for (const line of [upperMeans, upperSquares, lowerMeans, lowerSquares]) repeatEnds(line);
}

function repeatEnds(line: Float64Array): void {
  line.fill(line[HALF] as number, 0, HALF);
  line.fill(line[line.length - 1 - HALF] as number, line.length - HALF);
}

/**
 * Weighs the sums across and normalises the row of levels that begins at `from`. Two pixels at a time share what they read; at an odd
 * width the last but one comes twice.
 */
function normaliseRow(levels: Uint8Array, from: number, { means, squares }: Sums, row: Row): void {
  const { values, width } = row;
  let zeros = 0;
  for (let pair = 0; pair < width; pair += 2) {
    const x = Math.min(pair, width - 2);
    const a = means[x] as number;
    const b = means[x + 1] as number;
    const c = means[x + 2] as number;
    const d = means[x + 3] as number;
    const e = means[x + 4] as number;
    const f = means[x + 5] as number;
    const g = means[x + 6] as number;
    const h = means[x + 7] as number;
    const mean = weigh(d, c + e, b + f, a + g);
    const nextMean = weigh(e, d + f, c + g, b + h);
    const aa = squares[x] as number;
    const bb = squares[x + 1] as number;
    const cc = squares[x + 2] as number;
    const dd = squares[x + 3] as number;
    const ee = squares[x + 4] as number;
    const ff = squares[x + 5] as number;
    const gg = squares[x + 6] as number;
    const hh = squares[x + 7] as number;
    const variance = Math.abs(weigh(dd, cc + ee, bb + ff, aa + gg) - mean * mean);
    const nextVariance = Math.abs(weigh(ee, dd + ff, cc + gg, bb + hh) - nextMean * nextMean);
    const away = (LEVELS[levels[(from + x) | 0] as number] as number) - mean;
    const nextAway = (LEVELS[levels[(from + x + 1) | 0] as number] as number) - nextMean;
    zeros |= Number(away === 0) | Number(nextAway === 0);
    values[x] = away / (Math.sqrt(variance) + 1);
    values[x + 1] = nextAway / (Math.sqrt(nextVariance) + 1);
  }
  row.hasZeros = zeros !== 0;
}
