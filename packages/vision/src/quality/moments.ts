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

export function momentsOf(values: Float32Array): Moments {
  let positive = 0;
  let negative = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    const size = Math.abs(v);
    positive += v > 0 ? 1 : 0;
    negative += v < 0 ? 1 : 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
  }
  return { count: values.length, positive, negative, absolute, squares, signedSquares };
}

/** Moments of v(y, x) · v(y + down, x + right), `right` at least 0; neighbours outside the plane count as zero. */
export function productMoments(
  values: Float32Array,
  { width, height }: { width: number; height: number },
  down: number,
  right: number,
): Moments {
  const total = { count: width * height, positive: 0, negative: 0, absolute: 0, squares: 0, signedSquares: 0 };
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  for (let y = Math.max(0, -down); y < height - Math.max(0, down); y++) {
    addRow(total, values, bits, y * width, (y + 1) * width - right, down * width + right);
  }
  return total;
}

/** The product's sign is the factors' sign bits, exclusively or-ed: a comparison would be mispredicted at every other pixel. */
function addRow(total: Moments, values: Float32Array, bits: Int32Array, from: number, to: number, shift: number): void {
  let negative = 0;
  let zero = 0;
  let absolute = 0;
  let squares = 0;
  let signedSquares = 0;
  for (let i = from; i < to; i++) {
    const v = (values[i] as number) * (values[i + shift] as number);
    const size = Math.abs(v);
    if (v === 0) zero++;
    else negative += ((bits[i] as number) ^ (bits[i + shift] as number)) >>> 31;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
  }
  total.negative += negative;
  total.positive += to - from - zero - negative;
  total.absolute += absolute;
  total.squares += squares;
  total.signedSquares += signedSquares;
}
