import { type Detection, suppress } from "../boxes.ts";
import type { Picture } from "../decode.ts";
import { letterbox } from "../letterbox.ts";
import { toPlanes } from "../planes.ts";
import type { Network, Output } from "../session.ts";

const SIDE = 640;
const OVERLAP = 0.4;
/** Cell size and the two anchor sizes of each level, in pixels. */
const LEVELS = [
  { step: 8, sizes: [16, 32] },
  { step: 16, sizes: [64, 128] },
  { step: 32, sizes: [256, 512] },
] as const;
/** Centre x, y and side of every anchor, row by row, finest level first. */
const ANCHORS = LEVELS.flatMap(({ step, sizes }) => {
  const cells = Math.ceil(SIDE / step);
  return Array.from({ length: cells * cells }, (_, i) =>
    sizes.map((size) => [((i % cells) + 0.5) * step, (Math.floor(i / cells) + 0.5) * step, size] as const),
  ).flat();
});

/**
 * Faces by RetinaFace in its PyTorch form: the view at the upper left of 640×640, BGR less the mean of its training. Boxes are in picture
 * pixels, best first.
 */
export async function findFacesRetina(network: Network, picture: Picture, lowest = 0.5): Promise<Detection[]> {
  const boxed = letterbox(picture, { side: SIDE, fill: 0, centred: false, whole: Math.round });
  const data = toPlanes(boxed.data, { mean: [123, 117, 104], deviation: [1, 1, 1], order: "bgr" });
  const { loc, conf } = await network.run({ input: { data, dims: [1, 3, SIDE, SIDE] } });
  return suppress(decodeRetina(loc as Output, conf as Output, lowest), OVERLAP).map(({ score, box }) => ({
    score,
    box: boxed.back(box),
  }));
}

/** Offsets with the variances .1 (centre) and .2 (size) of SSD, and probabilities of (none, face), to boxes of the square. */
export function decodeRetina(loc: Output, conf: Output, lowest: number): Detection[] {
  const found: Detection[] = [];
  ANCHORS.forEach(([ax, ay, size], i) => {
    const score = conf.data[i * 2 + 1] as number;
    if (score < lowest) return;
    const [dx, dy, dw, dh] = loc.data.subarray(i * 4, i * 4 + 4) as unknown as [number, number, number, number];
    const [x, y] = [ax + dx * 0.1 * size, ay + dy * 0.1 * size];
    const [w, h] = [size * Math.exp(dw * 0.2), size * Math.exp(dh * 0.2)];
    found.push({ score, box: [x - w / 2, y - h / 2, x + w / 2, y + h / 2] });
  });
  return found;
}
