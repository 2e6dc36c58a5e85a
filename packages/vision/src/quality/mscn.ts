import type { Plane } from "../grey.ts";

const TAPS = 7;
const HALF = 3;
const SIGMA = 7 / 6;

/** The 7 taps of the window, normalised to sum 1; symmetric, so only the middle and one side: [w0, w1, w2, w3]. */
export const gaussian = (() => {
  const raw = Array.from({ length: HALF + 1 }, (_, i) => Math.exp(-(i * i) / (2 * SIGMA * SIGMA)));
  const sum = (raw[0] as number) + 2 * raw.slice(1).reduce((a, b) => a + b, 0);
  return raw.map((v) => v / sum) as [number, number, number, number];
})();

/**
 * Mean-subtracted, contrast-normalised brightness: (I − µ) / (σ + 1/255) with a Gaussian window, borders repeated, I in 0..1.
 * Rows are blurred across into a ring of seven and combined down from it, so nothing larger than a row leaves the cache.
 */
export function normalised({ levels, width, height }: Plane, [w0, w1, w2, w3]: typeof gaussian): Float32Array {
  const out = new Float32Array(width * height);
  const means = Array.from({ length: TAPS }, () => new Float32Array(width));
  const squares = Array.from({ length: TAPS }, () => new Float32Array(width));
  const line = new Float32Array(width + 2 * HALF);
  const fill = (y: number) => {
    const from = Math.min(height - 1, Math.max(0, y)) * width;
    for (let x = 0; x < width; x++) line[x + HALF] = (levels[from + x] as number) / 255;
    line.fill(line[HALF] as number, 0, HALF);
    line.fill(line[width + HALF - 1] as number, width + HALF);
    blurAcross(
      line,
      means[(y + TAPS) % TAPS] as Float32Array,
      squares[(y + TAPS) % TAPS] as Float32Array,
      width,
      w0,
      w1,
      w2,
      w3,
    );
  };
  for (let y = -HALF; y < HALF; y++) fill(y);
  for (let y = 0; y < height; y++) {
    fill(y + HALF);
    const ring = (rows: Float32Array[], d: number) => rows[(y + d + TAPS) % TAPS] as Float32Array;
    combineDown(
      [-3, -2, -1, 0, 1, 2, 3].map((d) => ring(means, d)),
      [-3, -2, -1, 0, 1, 2, 3].map((d) => ring(squares, d)),
      levels.subarray(y * width, (y + 1) * width),
      out.subarray(y * width, (y + 1) * width),
      w0,
      w1,
      w2,
      w3,
    );
  }
  return out;
}

function blurAcross(
  line: Float32Array,
  mean: Float32Array,
  square: Float32Array,
  width: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  let a = line[0] as number;
  let b = line[1] as number;
  let c = line[2] as number;
  let d = line[3] as number;
  let e = line[4] as number;
  let f = line[5] as number;
  for (let x = 0; x < width; x++) {
    const g = line[x + 6] as number;
    mean[x] = w0 * d + w1 * (c + e) + w2 * (b + f) + w3 * (a + g);
    square[x] = w0 * d * d + w1 * (c * c + e * e) + w2 * (b * b + f * f) + w3 * (a * a + g * g);
    a = b;
    b = c;
    c = d;
    d = e;
    e = f;
    f = g;
  }
}

function combineDown(
  means: Float32Array[],
  squares: Float32Array[],
  levels: Uint8Array,
  out: Float32Array,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  const [m0, m1, m2, m3, m4, m5, m6] = means as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [s0, s1, s2, s3, s4, s5, s6] = squares as typeof means &
    [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  for (let x = 0; x < out.length; x++) {
    const mean =
      w0 * (m3[x] as number) +
      w1 * ((m2[x] as number) + (m4[x] as number)) +
      w2 * ((m1[x] as number) + (m5[x] as number)) +
      w3 * ((m0[x] as number) + (m6[x] as number));
    const square =
      w0 * (s3[x] as number) +
      w1 * ((s2[x] as number) + (s4[x] as number)) +
      w2 * ((s1[x] as number) + (s5[x] as number)) +
      w3 * ((s0[x] as number) + (s6[x] as number));
    out[x] = ((levels[x] as number) / 255 - mean) / (Math.sqrt(Math.abs(square - mean * mean)) + 1 / 255);
  }
}
