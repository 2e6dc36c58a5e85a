import sharp from "sharp";
import type { Plane } from "./grey.ts";

const SIDE = 32;
const KEPT = 8;
/** Cosines of the first 8 frequencies of a 32-point DCT-II. */
const COSINES = Array.from({ length: KEPT }, (_, k) =>
  Float64Array.from({ length: SIDE }, (_, n) => Math.cos((Math.PI * k * (2 * n + 1)) / (2 * SIDE))),
);

/**
 * 64-bit perceptual hash: the picture as 32×32 grey, the 8×8 lowest DCT frequencies, one bit each for "above the median"
 * (the constant term takes no part in the median). Two pictures' likeness is the Hamming distance of their hashes.
 */
export async function perceptualHash({ levels, width, height }: Plane): Promise<bigint> {
  const grey = await sharp(levels, { raw: { width, height, channels: 1 } })
    .resize(SIDE, SIDE, { fit: "fill", kernel: "cubic" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  return hashGrey(grey);
}

/** The hash of 32×32 grey levels, row by row; the most significant bit is the constant term. */
export function hashGrey(grey: Uint8Array): bigint {
  const coefficients: number[] = [];
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) coefficients.push(frequency(grey, u, v));
  }
  const sorted = coefficients.slice(1).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] as number;
  return coefficients.reduce((hash, value) => (hash << 1n) | (value > median ? 1n : 0n), 0n);
}

function frequency(grey: Uint8Array, u: number, v: number): number {
  const [across, down] = [COSINES[u] as Float64Array, COSINES[v] as Float64Array];
  let sum = 0;
  for (let y = 0; y < SIDE; y++) {
    let row = 0;
    for (let x = 0; x < SIDE; x++) row += (grey[y * SIDE + x] as number) * (across[x] as number);
    sum += row * (down[y] as number);
  }
  return sum;
}
