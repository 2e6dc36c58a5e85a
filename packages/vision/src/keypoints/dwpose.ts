import { type Box, toView } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { IMAGENET, toPlanes } from "../planes.ts";
import { sampleLinear } from "../sample-linear.ts";
import type { Network, Output } from "../session.ts";
import type { Keypoint } from "./movenet.ts";

const WIDTH = 288;
const HEIGHT = 384;
/** The person's box is enlarged so much before it is cut out. */
const ROOM = 1.25;
/** Bins per pixel of the input. */
const SPLIT = 2;
/** The whole body has 133 points, of which COCO's 17 come first. */
const BODY = 17;

/**
 * COCO's 17 points by DWPose (SimCC, 384×288): the box enlarged by a quarter and to the input's shape, black outside of the view. Points are in
 * picture pixels; the score is the lower one of both axes, not bounded by 1.
 */
export async function findKeypointsDwpose(network: Network, picture: Picture, box: Box): Promise<Keypoint[]> {
  const { step, start } = cutOut(toView(box, picture));
  const crop = sampleLinear(picture.view, { width: WIDTH, height: HEIGHT, step: [step, step], start }, 0);
  const outputs = await network.run({ input: { data: toPlanes(crop, IMAGENET), dims: [1, 3, HEIGHT, WIDTH] } });
  return decodeSimcc(outputs.simcc_x as Output, outputs.simcc_y as Output).map(([x, y, score]) => [
    (x * step + start[0]) / picture.scale,
    (y * step + start[1]) / picture.scale,
    score,
  ]);
}

/** View pixels per input pixel, and where the input's corner lies in the view. */
export function cutOut([x0, y0, x1, y1]: Box): { step: number; start: [number, number] } {
  const [w, h] = [(x1 - x0) * ROOM, (y1 - y0) * ROOM];
  const step = Math.max(w / WIDTH, h / HEIGHT);
  return { step, start: [(x0 + x1) / 2 - (WIDTH / 2) * step, (y0 + y1) / 2 - (HEIGHT / 2) * step] };
}

/** The likeliest bin of each axis, in input pixels; a point without a positive score lies at −1 bins, as published code has it. */
export function decodeSimcc(simccX: Output, simccY: Output): Keypoint[] {
  return Array.from({ length: BODY }, (_, k) => {
    const [x, atX] = largest(simccX, k);
    const [y, atY] = largest(simccY, k);
    const score = Math.min(x, y);
    return score > 0 ? [atX / SPLIT, atY / SPLIT, score] : [-1 / SPLIT, -1 / SPLIT, score];
  });
}

function largest({ data, dims }: Output, row: number): [value: number, at: number] {
  const bins = dims[2] as number;
  let at = 0;
  for (let i = 1; i < bins; i++) {
    if ((data[row * bins + i] as number) > (data[row * bins + at] as number)) at = i;
  }
  return [data[row * bins + at] as number, at];
}
