import sharp, { type Sharp } from "sharp";
import type { Raster } from "./compose.ts";
import { enlarge } from "./enlarge.ts";
import { GRAIN } from "./noise.ts";
import type { Random } from "./random.ts";

/** How a drawing becomes a photograph: enlarged (which is the lens's softness), grained, compressed. */
export interface Film {
  readonly width: number;
  readonly height: number;
  /** Standard deviation of the grain in levels, in the finished picture; 0 = none. */
  readonly grain: number;
  /** Blur after the grain, in pixels: a picture out of focus. */
  readonly blur?: number;
  /** Drawn over everything: watermarks. */
  readonly overlay?: string;
  readonly quality: number;
}

export async function develop(raster: Raster, film: Film, r: Random): Promise<Sharp> {
  const { width, height, grain, blur = 0, overlay } = film;
  const pixels = raster.width === width ? await softened(raster) : enlarge(raster, width, height);
  if (grain > 0) addGrain(pixels, width, height, grain, r);
  let picture = sharp(pixels, { raw: { width, height, channels: 3 } });
  if (blur > 0) picture = picture.blur(blur);
  if (overlay) picture = picture.composite([{ input: Buffer.from(overlay) }]);
  return picture.jpeg({ quality: film.quality, chromaSubsampling: "4:2:0", optimiseCoding: false });
}

function softened({ data, width, height }: Raster): Promise<Uint8Array> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .blur(0.75)
    .raw()
    .toBuffer();
}

/** Grain of luma with a little of colour; every row starts elsewhere in the tile, so that the tile is not seen. */
function addGrain(pixels: Uint8Array, width: number, height: number, sigma: number, r: Random): void {
  const tile = new Int16Array(65536 + 8192);
  for (let i = 0; i < tile.length; i++) tile[i] = Math.round((GRAIN[i & 65535] as number) * sigma);
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.length);
  for (let y = 0; y < height; y++) {
    let o = y * width * 3;
    const a = (r.next() * 65536) | 0;
    const b = (r.next() * 65536) | 0;
    for (let x = 0; x < width; x++, o += 3) {
      const g = tile[(a + x) & 65535] as number;
      const c = (tile[(b + x) & 65535] as number) >> 2;
      clamped[o] = (clamped[o] as number) + g + c;
      clamped[o + 1] = (clamped[o + 1] as number) + g;
      clamped[o + 2] = (clamped[o + 2] as number) + g - c;
    }
  }
}
