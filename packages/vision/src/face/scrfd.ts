import { type Detection, suppress } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { letterbox } from "../letterbox.ts";
import { toPlanes } from "../planes.ts";
import type { Network, Output } from "../session.ts";

const SIDE = 640;
const OVERLAP = 0.4;
const STRIDES = [8, 16, 32] as const;
/** Anchors of one cell, all at its upper left corner. */
const ANCHORS = 2;

/**
 * Faces by SCRFD: the view at the upper left of 640×640 on black, RGB −1 to 1. The nine outputs are told apart by their shapes, since their
 * names are numbers. Boxes are in picture pixels, best first.
 */
export async function findFacesScrfd(network: Network, picture: Picture, lowest = 0.5): Promise<Detection[]> {
  const boxed = letterbox(picture, { side: SIDE, fill: 0, centred: false, whole: Math.floor });
  const norm = { mean: [127.5, 127.5, 127.5], deviation: [128, 128, 128], order: "rgb" } as const;
  const outputs = Object.values(
    await network.run({ "input.1": { data: toPlanes(boxed.data, norm), dims: [1, 3, SIDE, SIDE] } }),
  );
  const found = STRIDES.flatMap((stride) => {
    const count = ANCHORS * (SIDE / stride) ** 2;
    const holding = (values: number) =>
      outputs.find(({ dims, data }) => dims.at(-1) === values && data.length === count * values);
    return decodeScrfd(holding(1) as Output, holding(4) as Output, stride, lowest);
  });
  return suppress(found, OVERLAP).map(({ score, box }) => ({ score, box: boxed.back(box) }));
}

/** One level: scores are probabilities already, boxes are distances to the four sides in strides. Pixels of the square. */
export function decodeScrfd(scores: Output, distances: Output, stride: number, lowest: number): Detection[] {
  const side = SIDE / stride;
  const found: Detection[] = [];
  scores.data.forEach((score, i) => {
    if (score < lowest) return;
    const cell = Math.floor(i / ANCHORS);
    const [x, y] = [(cell % side) * stride, Math.floor(cell / side) * stride];
    const reach = (edge: number) => (distances.data[i * 4 + edge] as number) * stride;
    found.push({ score, box: [x - reach(0), y - reach(1), x + reach(2), y + reach(3)] });
  });
  return found;
}
