import sharp from "sharp";
import type { Pixels } from "./decode.ts";

/** Kernels that average when they shrink, as Pillow's BILINEAR and BICUBIC do. */
export type Kernel = "linear" | "cubic";

/** The whole view at exactly this size, its shape not kept; interleaved RGB. */
export async function stretched(view: Pixels, width: number, height: number, kernel: Kernel): Promise<Uint8Array> {
  return sharp(view.data, { raw: { width: view.width, height: view.height, channels: 3 } })
    .resize(width, height, { fit: "fill", kernel })
    .raw()
    .toBuffer();
}

/** The middle square of interleaved RGB; half a pixel goes to the left and the top as Python rounds it. */
export function centreSquare({ data, width, height }: Pixels, side: number): Uint8Array {
  const [left, top] = [roundHalfEven((width - side) / 2), roundHalfEven((height - side) / 2)];
  const out = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const from = ((y + top) * width + left) * 3;
    out.set(data.subarray(from, from + side * 3), y * side * 3);
  }
  return out;
}

function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + (low % 2) : Math.round(value);
}
