import type { Pixels } from "./decode.ts";

/** Writes one picture into another, interleaved RGB both; it must lie inside of it. */
export function paste(target: Pixels, { data, width, height }: Pixels, left: number, top: number): void {
  for (let y = 0; y < height; y++) {
    target.data.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((y + top) * target.width + left) * 3);
  }
}
