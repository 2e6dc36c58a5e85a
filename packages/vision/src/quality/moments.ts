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

export function addValues(total: Moments, values: Float32Array): void {
  let positive = 0;
  let negative = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    const size = Math.abs(v);
    // A number made of the comparison, not a branch on it: at every other pixel a branch would be mispredicted.
    positive = (positive + Number(v > 0)) | 0;
    negative = (negative + Number(v < 0)) | 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
  }
  total.positive += positive;
  total.negative += negative;
  total.absolute += absolute;
  total.squares += squares;
  total.signedSquares += signedSquares;
}

/** Adds the products a[i] · b[i + right] of all places where both are inside; `right` is at least 0. */
export function addProducts(total: Moments, a: Float32Array, b: Float32Array, right: number): void {
  let positive = 0;
  let negative = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  for (let i = 0; i < a.length - right; i++) {
    const v = (a[i] as number) * (b[i + right] as number);
    const size = Math.abs(v);
    positive = (positive + Number(v > 0)) | 0;
    negative = (negative + Number(v < 0)) | 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
  }
  total.positive += positive;
  total.negative += negative;
  total.absolute += absolute;
  total.squares += squares;
  total.signedSquares += signedSquares;
}
