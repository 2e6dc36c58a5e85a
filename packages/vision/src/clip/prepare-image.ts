import type { Pixels } from "../decode.ts";
import { paste } from "../paste.ts";
import { type Normalisation, toPlanes } from "../planes.ts";
import { centreSquare, stretched } from "../resized.ts";
import type { Input } from "../session.ts";

const SIDE = 224;

/** OpenAI's statistics, which OpenCLIP and its kin keep, in levels of 0 to 255. */
export const CLIP: Normalisation = {
  mean: [0.48145466 * 255, 0.4578275 * 255, 0.40821073 * 255],
  deviation: [0.26862954 * 255, 0.26130258 * 255, 0.27577711 * 255],
  order: "rgb",
};

/** As CLIP was trained: the shorter side to 224, bicubic, and the middle square. */
export async function clipSquare(view: Pixels): Promise<Input> {
  const short = Math.min(view.width, view.height);
  // Torchvision cuts the longer side down to a whole pixel.
  const [width, height] = [view.width, view.height].map((side) => Math.trunc((SIDE * side) / short)) as [
    number,
    number,
  ];
  const data = await stretched(view, width, height, "cubic");
  return asInput(centreSquare({ data, width, height }, SIDE));
}

/** As HPSv2 sees a picture: the longer side to 224, bicubic, the whole of it in the middle of a black square. */
export async function clipWhole(view: Pixels): Promise<Input> {
  const long = Math.max(view.width, view.height);
  const [width, height] = [view.width, view.height].map((side) => Math.round((SIDE * side) / long)) as [number, number];
  const data = await stretched(view, width, height, "cubic");
  const [left, top] = [Math.floor((SIDE - width) / 2), Math.floor((SIDE - height) / 2)];
  const square = new Uint8Array(SIDE * SIDE * 3);
  paste({ data: square, width: SIDE, height: SIDE }, { data, width, height }, left, top);
  return asInput(square);
}

function asInput(square: Uint8Array): Input {
  return { data: toPlanes(square, CLIP), dims: [1, 3, SIDE, SIDE] };
}
