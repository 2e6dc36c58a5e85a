import type { Row } from "./mscn.ts";

/** Sums over signed values, from which the statistics of either half follow. */
export interface Moments {
  count: number;
  positive: number;
  negative: number;
  absolute: number;
  squares: number;
  /** Squares with the sign of their value. */
  signedSquares: number;
}

/** Nothing added yet. `count` is how many values there are in all: those that are never added count as zero. */
export function noMoments(count: number): Moments {
  return { count, positive: 0, negative: 0, absolute: 0, squares: 0, signedSquares: 0 };
}

/*
 * Both loops take two values at a time and keep two sums of each kind: one alone would wait for its last addition. A sign is counted as a
 * number made of the comparison, not by a branch on it: at every other pixel a branch would be mispredicted. What is neither negative nor
 * zero is positive, and most rows have no zeros to look for.
 */

/** Adds a row's own values. */
export function addValues(total: Moments, { values, width, hasZeros }: Row): void {
  let negative = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  let negative2 = 0;
  let absolute2 = 0;
  let squares2 = 0;
  let signedSquares2 = 0;
  for (let i = 0; i < width; i += 2) {
    const v = values[i] as number;
    const size = Math.abs(v);
    negative = (negative + Number(v < 0)) | 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
    const v2 = values[i + 1] as number;
    const size2 = Math.abs(v2);
    negative2 = (negative2 + Number(v2 < 0)) | 0;
    absolute2 += size2;
    squares2 += v2 * v2;
    signedSquares2 += v2 * size2;
  }
  total.negative += negative + negative2;
  total.positive += width - negative - negative2 - (hasZeros ? zerosOf(values, values, width, 0) : 0);
  total.absolute += absolute + absolute2;
  total.squares += squares + squares2;
  total.signedSquares += signedSquares + signedSquares2;
}

/** Adds the products a[i] · b[i + right] of all places where both are inside; `right` is 0 or 1. */
export function addProducts(total: Moments, a: Row, b: Row, right: 0 | 1): void {
  const { values: left } = a;
  const { values: other } = b;
  const width = a.width - right;
  let negative = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  let negative2 = 0;
  let absolute2 = 0;
  let squares2 = 0;
  let signedSquares2 = 0;
  for (let i = 0; i < width; i += 2) {
    const v = (left[i] as number) * (other[i + right] as number);
    const size = Math.abs(v);
    negative = (negative + Number(v < 0)) | 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
    const v2 = (left[i + 1] as number) * (other[i + 1 + right] as number);
    const size2 = Math.abs(v2);
    negative2 = (negative2 + Number(v2 < 0)) | 0;
    absolute2 += size2;
    squares2 += v2 * v2;
    signedSquares2 += v2 * size2;
  }
  total.negative += negative + negative2;
  total.positive += width - negative - negative2 - (a.hasZeros || b.hasZeros ? zerosOf(left, other, width, right) : 0);
  total.absolute += absolute + absolute2;
  total.squares += squares + squares2;
  total.signedSquares += signedSquares + signedSquares2;
}

/** Products that are zero since one of the two is. */
function zerosOf(a: Float64Array, b: Float64Array, width: number, right: 0 | 1): number {
  let zeros = 0;
  for (let i = 0; i < width; i++) zeros = (zeros + Number(a[i] === 0 || b[i + right] === 0)) | 0;
  return zeros;
}
