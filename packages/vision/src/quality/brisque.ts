import sharp from "sharp";
import type { Plane } from "../grey.ts";
import { asymmetricFit, gaussianRatio } from "./generalised-gaussian.ts";
import { addProducts, addValues, type Moments, noMoments } from "./moments.ts";
import { normaliseRows } from "./mscn.ts";

/** Support vectors and feature ranges, as the model build writes them. */
export interface BrisqueModel {
  gamma: number;
  rho: number;
  coefficients: number[];
  vectors: number[][];
  low: number[];
  high: number[];
}

/** Scores a picture by its brightness; about 0 is a clean photograph, 100 a ruined one. */
export type Brisque = (grey: Plane) => Promise<number>;

/**
 * BRISQUE (Mittal, Moorthy, Bovik 2012) on the decoded view: 18 statistics of locally normalised brightness at two scales, scaled
 * and put through the LIVE-trained support vector regression. The view is at most 768 wide: smaller views hide noise.
 */
export function openBrisque(model: BrisqueModel): Brisque {
  return async (whole) => {
    // The decoder's thread makes the half while this one is busy with the whole.
    const halving = halved(whole);
    const features = features18(whole);
    return regress(model, [...features, ...features18(await halving)]);
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

/**
 * The 18 features of one scale: shape and spread of the normalised brightness, then four per direction of its neighbour products:
 * to the right, below, below right, above right.
 */
export function features18(plane: Plane): number[] {
  const count = plane.width * plane.height;
  const values = noMoments(count);
  const [right, below, belowRight, aboveRight] = [count, count, count, count].map(noMoments) as Four<Moments>;
  normaliseRows(plane, (row, above) => {
    addValues(values, row);
    addProducts(right, row, row, 1);
    if (!above) return;
    addProducts(below, above, row, 0);
    addProducts(belowRight, above, row, 1);
    addProducts(aboveRight, row, above, 1);
  });
  const whole = asymmetricFit(values);
  const products = [right, below, belowRight, aboveRight].flatMap((moments) => {
    const { shape, left, right: r } = asymmetricFit(moments);
    const mean = (r - left) * gaussianRatio(shape);
    return [shape, mean, left * left, r * r];
  });
  return [whole.shape, (whole.left ** 2 + whole.right ** 2) / 2, ...products];
}

type Four<T> = [T, T, T, T];

async function halved({ levels, width, height }: Plane): Promise<Plane> {
  const size = { width: Math.round(width / 2), height: Math.round(height / 2) };
  const half = await sharp(levels, { raw: { width, height, channels: 1 } })
    .resize(size.width, size.height, { kernel: "cubic", fit: "fill" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  return { levels: half, ...size };
}
