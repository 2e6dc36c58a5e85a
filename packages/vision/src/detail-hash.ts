import sharp from "sharp";
import type { Plane } from "./grey.ts";

const SIDE = 64;
const KEPT = 16;
/** Cosines of frequencies 1 to 16 of a 64-point DCT-II; the constant term says only how bright a picture is. */
const COSINES = Array.from({ length: KEPT }, (_, k) =>
  Float64Array.from({ length: SIDE }, (_, n) => Math.cos((Math.PI * (k + 1) * (2 * n + 1)) / (2 * SIDE))),
);

/**
 * 256-bit hash that confirms what the 64-bit one finds: the picture as 64×64 grey, 16×16 DCT frequencies, one bit each for "above the median". The same
 * transform as PDQ (Facebook 2019), without its own way of making a picture small, so the two can't be compared. 32 bytes, row by row, the
 * most significant bit first.
 */
export async function detailHash({ levels, width, height }: Plane): Promise<Uint8Array> {
  const grey = await sharp(levels, { raw: { width, height, channels: 1 } })
    .resize(SIDE, SIDE, { fit: "fill", kernel: "cubic" })
    .toColourspace("b-w")
    .raw()
    .toBuffer();
  return hashDetail(grey);
}

/** The hash of 64×64 grey levels, row by row. */
export function hashDetail(grey: Uint8Array): Uint8Array {
  const rows = Array.from({ length: SIDE }, (_, y) =>
    COSINES.map((cosines) => cosines.reduce((sum, cosine, x) => sum + (grey[y * SIDE + x] as number) * cosine, 0)),
  );
  const coefficients = COSINES.flatMap((down) =>
    COSINES.map((_, u) => down.reduce((sum, cosine, y) => sum + (rows[y]?.[u] as number) * cosine, 0)),
  );
  const median = coefficients.toSorted((a, b) => a - b)[coefficients.length >> 1] as number;
  const hash = new Uint8Array(coefficients.length / 8);
  for (const [at, value] of coefficients.entries()) {
    if (value > median) hash[at >> 3] = (hash[at >> 3] as number) | (0x80 >> (at & 7));
  }
  return hash;
}
