import type { Detection } from "../boxes.ts";
import { toPicture } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { IMAGENET, toPlanes } from "../planes.ts";
import { stretched } from "../resized.ts";
import type { Network, Output } from "../session.ts";

/** Of the base model. */
const SIDE = 560;
const CLASSES = 91;
/** COCO's own numbering: 0 is nothing. */
const PERSON = 1;

/** People by RF-DETR: the view stretched to a square, no suppression needed. Boxes are in picture pixels, best first. */
export async function findPersonsRfDetr(network: Network, picture: Picture, lowest = 0.3): Promise<Detection[]> {
  const data = toPlanes(await stretched(picture.view, SIDE, SIDE, "linear"), IMAGENET);
  const { dets, labels } = await network.run({ input: { data, dims: [1, 3, SIDE, SIDE] } });
  const { width, height } = picture.view;
  return decodeRfDetr(dets as Output, labels as Output, lowest).map(({ score, box: [x0, y0, x1, y1] }) => ({
    score,
    box: toPicture([x0 * width, y0 * height, x1 * width, y1 * height], picture),
  }));
}

/** Queries that are people: sigmoid of the class's logit, box from centre and size in shares of the sides. */
export function decodeRfDetr(dets: Output, labels: Output, lowest: number): Detection[] {
  const found: Detection[] = [];
  for (let query = 0; query * CLASSES < labels.data.length; query++) {
    const score = 1 / (1 + Math.exp(-(labels.data[query * CLASSES + PERSON] as number)));
    if (score < lowest) continue;
    const [cx, cy, w, h] = dets.data.subarray(query * 4, query * 4 + 4) as unknown as [number, number, number, number];
    found.push({ score, box: [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2] });
  }
  return found.sort((a, b) => b.score - a.score);
}
