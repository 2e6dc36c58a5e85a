import { type Box, type Detection, suppress, toPicture, toView } from "../boxes.ts";
import { type Crop, cropTo } from "../crop.ts";
import type { Picture } from "../decode.ts";
import type { Network, Output } from "../session.ts";

const SIZE = 256;
const OVERLAP = 0.3;
/** Input of every level, −1 to 1. */
const INPUT = Float32Array.from({ length: 256 }, (_, level) => level / 127.5 - 1);
/** Values per anchor: centre, size, and six key points of which only the box is used here. */
const VALUES = 16;
/** Cells a side and anchors a cell, coarse last (MediaPipe's `ssd_anchors` of the 256 model). */
const LEVELS = [
  { side: 16, anchors: 2 },
  { side: 8, anchors: 6 },
] as const;
const ANCHORS = LEVELS.flatMap(({ side, anchors }) =>
  Array.from({ length: side * side * anchors }, (_, i) => {
    const cell = Math.floor(i / anchors);
    return [((cell % side) + 0.5) / side, (Math.floor(cell / side) + 0.5) / side] as const;
  }),
);

/**
 * Finds faces in the upper square of a person's box (picture pixels): on whole street pictures this network sees faces where there
 * is nobody. Boxes are in picture pixels, best first.
 */
export async function findFaces(network: Network, picture: Picture, person: Box, lowest = 0.3): Promise<Detection[]> {
  return findFacesOf(network, picture, await headCrop(picture, person), lowest);
}

/** The same on a head that is cut out already. */
export async function findFacesOf(network: Network, picture: Picture, crop: Crop, lowest = 0.3): Promise<Detection[]> {
  const input = new Float32Array(crop.data.length);
  for (let i = 0; i < input.length; i++) input[i] = INPUT[crop.data[i] as number] as number;
  const outputs = await network.run({ "input:0": { data: input, dims: [1, SIZE, SIZE, 3] } });
  const detections = decodeFaces(joined(outputs, 1), joined(outputs, VALUES), lowest);
  return suppress(detections, OVERLAP).map(({ score, box }) => {
    const inView = box.map((v, i) => (crop.origin[i % 2] as number) + v * SIZE * crop.step) as unknown as Box;
    return { score, box: toPicture(inView, picture) };
  });
}

/** Head and shoulders of the person in `box` (picture pixels): RGB, 256×256, black outside of the picture. */
export function headCrop(picture: Picture, box: Box): Promise<Crop> {
  return cropTo(picture.view, headRegion(toView(box, picture)), { width: SIZE, height: SIZE }, 0);
}

/** Square over the upper part of a person's box, a little larger than the box is wide. */
export function headRegion([x0, y0, x1, y1]: Box): Box {
  const [width, height] = [x1 - x0, y1 - y0];
  const side = Math.min(Math.max(width * 1.2, height * 0.35), height * 1.1);
  const centre = (x0 + x1) / 2;
  return [centre - side / 2, y0 - 0.05 * side, centre + side / 2, y0 + 0.95 * side];
}

/** Scores (logits) and offsets of all anchors to boxes in units of the input's side, before suppression. */
export function decodeFaces(logits: Float32Array, offsets: Float32Array, lowest: number): Detection[] {
  const found: Detection[] = [];
  ANCHORS.forEach(([ax, ay], i) => {
    const score = 1 / (1 + Math.exp(-(logits[i] as number)));
    if (score < lowest) return;
    const [x, y, width, height] = Array.from(offsets.subarray(i * VALUES, i * VALUES + 4), (v) => v / SIZE) as [
      number,
      number,
      number,
      number,
    ];
    found.push({ score, box: [ax + x - width / 2, ay + y - height / 2, ax + x + width / 2, ay + y + height / 2] });
  });
  return found;
}

/** The outputs with so many values per anchor, finest level first. */
function joined(outputs: Record<string, Output>, values: number): Float32Array {
  const parts = Object.values(outputs).filter((o) => o.dims.at(-1) === values);
  const ordered = parts.toSorted((a, b) => b.data.length - a.data.length);
  const out = new Float32Array(ordered.reduce((length, o) => length + o.data.length, 0));
  let at = 0;
  for (const { data } of ordered) {
    out.set(data, at);
    at += data.length;
  }
  return out;
}
