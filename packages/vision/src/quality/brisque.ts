import sharp from "sharp";
import type { Pixels } from "../decode.ts";
import { asymmetricFit, gaussianRatio } from "./generalised-gaussian.ts";
import { gaussian, normalised, type Plane } from "./mscn.ts";

/** Support vectors and feature ranges, as the model build writes them. */
export interface BrisqueModel {
  gamma: number;
  rho: number;
  coefficients: number[];
  vectors: number[][];
  low: number[];
  high: number[];
}

/** Neighbour products: to the right, below, below right, above right. */
const SHIFTS = [
  [0, 1],
  [1, 0],
  [1, 1],
  [-1, 1],
] as const;

/** Scores a picture; about 0 is a clean photograph, 100 a ruined one. */
export type Brisque = (view: Pixels) => Promise<number>;

/**
 * BRISQUE (Mittal, Moorthy, Bovik 2012) on the decoded view: 18 statistics of locally normalised brightness at two scales, scaled
 * and put through the LIVE-trained support vector regression. The view is at most 768 wide: smaller views hide noise.
 */
export function openBrisque(model: BrisqueModel): Brisque {
  return async (view) => {
    const features = (await Promise.all([brightness(view, 1), brightness(view, 0.5)])).flatMap(features18);
    return regress(model, features);
  };
}

/** Support vector regression with a radial basis kernel over features scaled to [-1, 1]. */
export function regress(
  { gamma, rho, coefficients, vectors, low, high }: BrisqueModel,
  features: readonly number[],
): number {
  const scaled = features.map(
    (f, i) => -1 + (2 * (f - (low[i] as number))) / ((high[i] as number) - (low[i] as number)),
  );
  return vectors.reduce((sum, vector, n) => {
    const distance = vector.reduce((d, v, i) => d + (v - (scaled[i] as number)) ** 2, 0);
    return sum + (coefficients[n] as number) * Math.exp(-gamma * distance);
  }, -rho);
}

/** The 18 features of one scale: shape and spread of the normalised brightness, then four per direction of its neighbour products. */
export function features18(plane: Plane): number[] {
  const mscn = normalised(plane, gaussian);
  const whole = asymmetricFit(moments(mscn, plane.width, plane.height));
  const products = SHIFTS.flatMap(([down, right]) => {
    const { shape, left, right: r } = asymmetricFit(productMoments(mscn, plane.width, plane.height, down, right));
    const mean = (r - left) * gaussianRatio(shape);
    return [shape, mean, left * left, r * r];
  });
  return [whole.shape, (whole.left ** 2 + whole.right ** 2) / 2, ...products];
}

async function brightness(view: Pixels, scale: number): Promise<Plane> {
  const input = sharp(view.data, { raw: { width: view.width, height: view.height, channels: 3 } });
  const [width, height] = [Math.round(view.width * scale), Math.round(view.height * scale)];
  const resized = scale === 1 ? input : input.resize(width, height, { kernel: "cubic", fit: "fill" });
  return { levels: await resized.greyscale().raw().toBuffer(), width, height };
}

/** Sums over signed values, from which both halves' statistics follow. */
export interface Moments {
  count: number;
  positive: number;
  negative: number;
  absolute: number;
  squares: number;
  /** Squares with the sign of their value. */
  signedSquares: number;
}

function moments(values: Float32Array, width: number, height: number): Moments {
  return gather(values, values, 0, width * height, 0, width * height, 1);
}

/** Moments of v(y, x) · v(y + down, x + right); neighbours outside count as zero. */
function productMoments(values: Float32Array, width: number, height: number, down: number, right: number): Moments {
  const total: Moments = { count: width * height, positive: 0, negative: 0, absolute: 0, squares: 0, signedSquares: 0 };
  for (let y = Math.max(0, -down); y < height - Math.max(0, down); y++) {
    const from = y * width;
    const row = gather(values, values, from, from + width - right, down * width + right, 0, 0);
    total.positive += row.positive;
    total.negative += row.negative;
    total.absolute += row.absolute;
    total.squares += row.squares;
    total.signedSquares += row.signedSquares;
  }
  return total;
}

function gather(
  a: Float32Array,
  b: Float32Array,
  from: number,
  to: number,
  shift: number,
  count: number,
  plain: 0 | 1,
): Moments {
  let [positive, negative, absolute, squares, signedSquares] = [0, 0, 0, 0, 0];
  for (let i = from; i < to; i++) {
    const v = plain ? (a[i] as number) : (a[i] as number) * (b[i + shift] as number);
    const size = Math.abs(v);
    positive += v > 0 ? 1 : 0;
    negative += v < 0 ? 1 : 0;
    absolute += size;
    squares += v * v;
    signedSquares += v * size;
  }
  return { count, positive, negative, absolute, squares, signedSquares };
}
