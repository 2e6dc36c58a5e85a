import type { Pixels } from "../decode.ts";
import { IMAGENET, toPlanes } from "../planes.ts";
import { stretched } from "../resized.ts";
import type { Network } from "../session.ts";

const SIDE = 256;

/** LAION's watermark detector (EfficientNet-B3): the view stretched to 256×256; of its two classes the first is "watermark". 0 to 1. */
export async function laionWatermark(network: Network, view: Pixels): Promise<number> {
  const data = toPlanes(await stretched(view, SIDE, SIDE, "linear"), IMAGENET);
  const { logits } = await network.run({ pixels: { data, dims: [1, 3, SIDE, SIDE] } });
  return chanceOfFirst(logits?.data as Float32Array);
}

/** Softmax over two logits, of the first. */
export function chanceOfFirst([first = 0, second = 0]: Float32Array): number {
  return 1 / (1 + Math.exp(second - first));
}
