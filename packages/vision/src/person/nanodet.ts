import { type Box, type Detection, intersectionOverSmaller, suppress, toPicture } from "../boxes.ts";
import { cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import type { Network, Output } from "../session.ts";

const SIZE = 416;
const STRIDES = [8, 16, 32] as const;
const CLASSES = 80;
/** Input of every level, in BGR as the network was trained: (level − mean) / deviation. */
const INPUT = (
  [
    [103.53, 57.375],
    [116.28, 57.12],
    [123.675, 58.395],
  ] as const
).map(([mean, deviation]) => Float32Array.from({ length: 256 }, (_, level) => (level - mean) / deviation)) as [
  Float32Array,
  Float32Array,
  Float32Array,
];
/** Two real people share less, the network's second box on one person shares more. */
const SAME_PERSON = 0.85;
const OVERLAP = 0.55;
const GREY = 114;

/**
 * Finds people (COCO class 0): letterboxed top left on grey, NMS at .55, then a box that lies in a better one by more than 85 %
 * of the smaller is taken for the same person. Boxes are in picture pixels, best first.
 */
export async function findPersons(network: Network, picture: Picture, lowest = 0.2): Promise<Detection[]> {
  const { view } = picture;
  const crop = await cropTo(view, [0, 0, view.width, view.height], { width: SIZE, height: SIZE }, GREY);
  const outputs = await network.run({ input_1: { data: normalise(crop.data), dims: [1, 3, SIZE, SIZE] } });
  const found = STRIDES.flatMap((stride) =>
    decodeLevel(outputs[`scores_${stride}`] as Output, outputs[`boxes_${stride}`] as Output, stride, lowest),
  );
  return suppress(suppress(found, OVERLAP), SAME_PERSON, intersectionOverSmaller).map(({ score, box }) => ({
    score,
    box: toPicture(box.map((v) => v * crop.step) as unknown as Box, picture),
  }));
}

/**
 * One level of generalised focal loss boxes: each side's distance is the expectation over the softmax of its bins, in strides,
 * from the centre of the cell. Input pixels, before suppression.
 */
export function decodeLevel(scores: Output, boxes: Output, stride: number, lowest: number): Detection[] {
  const side = SIZE / stride;
  const bins = (boxes.dims[2] as number) / 4;
  const found: Detection[] = [];
  for (let cell = 0; cell < side * side; cell++) {
    const score = scores.data[cell * CLASSES] as number;
    if (score < lowest) continue;
    const x = ((cell % side) + 0.5) * stride;
    const y = (Math.floor(cell / side) + 0.5) * stride;
    const reach = (edge: number) => expectation(boxes.data, (cell * 4 + edge) * bins, bins) * stride;
    found.push({ score, box: [x - reach(0), y - reach(1), x + reach(2), y + reach(3)] });
  }
  return found;
}

function expectation(values: Float32Array, from: number, count: number): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) largest = Math.max(largest, values[from + i] as number);
  let total = 0;
  let weighted = 0;
  for (let i = 0; i < count; i++) {
    const weight = Math.exp((values[from + i] as number) - largest);
    total += weight;
    weighted += weight * i;
  }
  return weighted / total;
}

/** Interleaved RGB levels to planes of inputs, blue first. */
function normalise(rgb: Uint8Array): Float32Array {
  const plane = SIZE * SIZE;
  const out = new Float32Array(3 * plane);
  const [blue, green, red] = INPUT;
  for (let i = 0, at = 0; i < plane; i++, at += 3) {
    out[i] = blue[rgb[at + 2] as number] as number;
    out[i + plane] = green[rgb[at + 1] as number] as number;
    out[i + 2 * plane] = red[rgb[at] as number] as number;
  }
  return out;
}
