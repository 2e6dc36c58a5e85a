import { type Box, toView } from "../boxes.ts";
import { type Crop, cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import { headRegion } from "../face/blazeface.ts";
import type { Network } from "../session.ts";

const SIZE = 256;

/**
 * How sure the classifier is that no camera made this person, 0 to 1: the frozen encoder's taps over head and shoulders of the person in
 * `box` (picture pixels), then a linear head trained on drawn people. It knows drawings, paintings and prints; see its card
 * for photographs and for pictures that generators made.
 */
export async function fakeness(encoder: Network, head: Network, picture: Picture, box: Box): Promise<number> {
  const { data } = await headCrop(picture, box);
  const taps = await encoder.run({ input: { data: new Float32Array(data), dims: [1, SIZE, SIZE, 3] } });
  const { fakeness: score } = await head.run(taps);
  return score?.data[0] as number;
}

/** Head and shoulders as the classifier sees them: RGB, 256×256, black outside of the picture. */
export function headCrop(picture: Picture, box: Box): Promise<Crop> {
  return cropTo(picture.view, headRegion(toView(box, picture)), { width: SIZE, height: SIZE }, 0);
}
