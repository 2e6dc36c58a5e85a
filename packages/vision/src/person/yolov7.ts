import type { Detection } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { letterbox } from "../letterbox.ts";
import { toPlanes } from "../planes.ts";
import type { Network, Output } from "../session.ts";

const SIDE = 640;
const PERSON = 0;
/** Batch, left, top, right, bottom, class, score. */
const VALUES = 7;

/**
 * People by YOLOv7, exported with its suppression inside (`--end2end --max-wh 640`): the view centred on grey 114, RGB 0 to 1. Boxes are in
 * picture pixels, best first.
 */
export async function findPersonsYolov7(network: Network, picture: Picture, lowest = 0.25): Promise<Detection[]> {
  const boxed = letterbox(picture, { side: SIDE, fill: 114, centred: true, whole: Math.round });
  const data = toPlanes(boxed.data, { mean: [0, 0, 0], deviation: [255, 255, 255], order: "rgb" });
  const { output } = await network.run({ images: { data, dims: [1, 3, SIDE, SIDE] } });
  return decodeYolov7(output as Output, lowest).map(({ score, box }) => ({ score, box: boxed.back(box) }));
}

/** Rows of the network's answer that are people, in pixels of the square. */
export function decodeYolov7({ data, dims }: Output, lowest: number): Detection[] {
  const rows = Array.from({ length: dims[0] as number }, (_, i) => data.subarray(i * VALUES, (i + 1) * VALUES));
  return rows
    .filter((row) => row[5] === PERSON && (row[6] as number) >= lowest)
    .map((row): Detection => ({ score: row[6] as number, box: [row[1], row[2], row[3], row[4]] as never }))
    .sort((a, b) => b.score - a.score);
}
