import { type Detection, suppress } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { letterbox } from "../letterbox.ts";
import { toPlanes } from "../planes.ts";
import type { Network, Output } from "../session.ts";

const SIDE = 640;
const OVERLAP = 0.3;
const STRIDES = [8, 16, 32] as const;

/** Faces by YuNet (OpenCV Zoo): the view at the upper left of 640×640 on black, BGR 0 to 255. Boxes are in picture pixels, best first. */
export async function findFacesYunet(network: Network, picture: Picture, lowest = 0.6): Promise<Detection[]> {
  const boxed = letterbox(picture, { side: SIDE, fill: 0, centred: false, whole: Math.round });
  const data = toPlanes(boxed.data, { mean: [0, 0, 0], deviation: [1, 1, 1], order: "bgr" });
  const outputs = await network.run({ input: { data, dims: [1, 3, SIDE, SIDE] } });
  const found = STRIDES.flatMap((stride) => {
    const level = (name: string) => outputs[`${name}_${stride}`] as Output;
    return decodeYunet(level("cls"), level("obj"), level("bbox"), stride, lowest);
  });
  return suppress(found, OVERLAP).map(({ score, box }) => ({ score, box: boxed.back(box) }));
}

/** One level: the score is the geometric mean of class and objectness; centres from a cell's corner and sizes by exponentials, in strides. */
export function decodeYunet(cls: Output, obj: Output, bbox: Output, stride: number, lowest: number): Detection[] {
  const side = SIDE / stride;
  const found: Detection[] = [];
  for (let cell = 0; cell < side * side; cell++) {
    const score = Math.sqrt(unit(cls.data[cell] as number) * unit(obj.data[cell] as number));
    if (score < lowest) continue;
    const [dx, dy, dw, dh] = bbox.data.subarray(cell * 4, cell * 4 + 4) as unknown as [number, number, number, number];
    const [x, y] = [((cell % side) + dx) * stride, (Math.floor(cell / side) + dy) * stride];
    const [w, h] = [Math.exp(dw) * stride, Math.exp(dh) * stride];
    found.push({ score, box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2] });
  }
  return found;
}

function unit(value: number): number {
  return Math.max(0, Math.min(1, value));
}
