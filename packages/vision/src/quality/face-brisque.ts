import { type Box, toView } from "../boxes.ts";
import { cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import { greyOf } from "../grey.ts";
import type { Brisque } from "./brisque.ts";

/** As large as faces are at the gate: enlarged or shrunk faces are rated at one size. */
const SIDE = 224;

/**
 * How clean the face in `box` (picture pixels) is, 0 to 1, best 1: BRISQUE of the crop alone, turned round. A rule, not a model of faces: it
 * tells blur, noise and enlarging, and knows nothing of eyes or of who is seen.
 */
export async function faceCleanness(brisque: Brisque, picture: Picture, box: Box): Promise<number> {
  const { data } = await cropTo(picture.view, toView(box, picture), { width: SIDE, height: SIDE }, 0);
  const found = await brisque(greyOf({ data, width: SIDE, height: SIDE }));
  return Math.max(0, Math.min(1, 1 - found / 100));
}
