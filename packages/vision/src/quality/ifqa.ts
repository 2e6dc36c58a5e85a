import { type Box, toView } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { toPlanes } from "../planes.ts";
import { sampleLinear } from "../sample-linear.ts";
import type { Network, Output } from "../session.ts";

const SIDE = 256;
const NORMAL = { mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5], order: "rgb" } as const;

/**
 * IFQA's quality of the face in `box` (picture pixels): the crop stretched to 256×256, a map of how real each pixel looks, and its sum over three
 * times the number of pixels, as its authors released it. The map has one channel, so a perfect face is 1/3.
 */
export async function ifqa(network: Network, picture: Picture, box: Box): Promise<number> {
  const [x0, y0, x1, y1] = toView(box, picture);
  const step = [(x1 - x0) / SIDE, (y1 - y0) / SIDE] as const;
  const grid = { width: SIDE, height: SIDE, step, start: [x0 + step[0] / 2 - 0.5, y0 + step[1] / 2 - 0.5] as const };
  const face = sampleLinear(picture.view, grid, "edge");
  const { map } = await network.run({ face: { data: toPlanes(face, NORMAL), dims: [1, 3, SIDE, SIDE] } });
  return scoreOfMap((map as Output).data);
}

/** Sum of a one-channel map of 256×256 over 3 · 256 · 256. */
export function scoreOfMap(map: Float32Array): number {
  return map.reduce((sum, value) => sum + value, 0) / (3 * SIDE * SIDE);
}
