import type { Pixels } from "./decode.ts";
import { greyOf, type Plane } from "./grey.ts";
import { stretched } from "./resized.ts";

const SIDE = 224;

/**
 * Brightness of the whole view at 224×224, its shape not kept: what both hashes start from. They keep frequencies that a picture of this size has whole, and
 * shrinking it costs a tenth of shrinking the brightness of the view.
 */
export async function hashPlane(view: Pixels): Promise<Plane> {
  return greyOf({ data: await stretched(view, SIDE, SIDE, "linear"), width: SIDE, height: SIDE });
}
