import type { Pixels } from "../decode.ts";
import { stretched } from "../resized.ts";
import type { Network } from "../session.ts";

/** Pixels of the picture that the net looks at, about, and how wide one of its cells is: what it was trained at. */
const AREA = 393_216;
const CELL = 8;

/**
 * How sure the net that was trained here is that a mark lies over the picture, 0 to 1: the mean chance over the surest 3×3 of its cells. It
 * learnt from marks that were made here; see its card for what it finds on photographs.
 */
export async function drawnWatermark(network: Network, view: Pixels): Promise<number> {
  const shrink = Math.min(1, Math.sqrt(AREA / (view.width * view.height)));
  const whole = (side: number) => Math.max(3 * CELL, Math.round((side * shrink) / CELL) * CELL);
  const [width, height] = [whole(view.width), whole(view.height)];
  const pixels = await stretched(view, width, height, "linear");
  const { score } = await network.run({ rgb: { data: new Float32Array(pixels), dims: [1, height, width, 3] } });
  return score?.data[0] as number;
}
