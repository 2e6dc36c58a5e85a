import type { Box } from "./boxes.ts";
import { toPicture } from "./boxes.ts";
import type { Picture } from "./decode.ts";
import { paste } from "./paste.ts";
import { resizeGrid, sampleLinear } from "./sample-linear.ts";

/** A view shrunk or enlarged into a square, and how to come back from it. */
export interface Letterboxed {
  data: Uint8Array;
  /** A box in pixels of the square, in pixels of the picture. */
  back(box: Box): Box;
}

export interface Letterboxing {
  side: number;
  /** Level of what the view does not cover. */
  fill: number;
  /** In the middle of the square, or at its upper left. */
  centred: boolean;
  /** How a side that is not whole becomes one. */
  whole: (side: number) => number;
}

/** Fits the whole view into a square, its shape kept, resized bilinearly as OpenCV does. */
export function letterbox(picture: Picture, { side, fill, centred, whole }: Letterboxing): Letterboxed {
  const { view } = picture;
  const ratio = Math.min(side / view.width, side / view.height);
  const [width, height] = [whole(view.width * ratio), whole(view.height * ratio)];
  // Half a pixel goes to the right and the lower border.
  const left = centred ? Math.round((side - width) / 2 - 0.1) : 0;
  const top = centred ? Math.round((side - height) / 2 - 0.1) : 0;
  const resized = sampleLinear(view, resizeGrid(view, width, height), "edge");
  const data = new Uint8Array(side * side * 3).fill(fill);
  paste({ data, width: side, height: side }, { data: resized, width, height }, left, top);
  return {
    data,
    back: ([x0, y0, x1, y1]) =>
      toPicture([(x0 - left) / ratio, (y0 - top) / ratio, (x1 - left) / ratio, (y1 - top) / ratio], picture),
  };
}
