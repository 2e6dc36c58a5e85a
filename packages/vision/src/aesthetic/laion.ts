import { clipSquare } from "../clip/prepare-image.ts";
import type { Pixels } from "../decode.ts";
import type { Network } from "../session.ts";

/**
 * LAION's improved aesthetic score, about 1 to 10: the features of CLIP ViT-L/14, their length made 1, through a stack of linear layers
 * that has no activations.
 */
export async function laionAesthetic(encoder: Network, head: Network, view: Pixels): Promise<number> {
  const { features } = await encoder.run({ pixels: await clipSquare(view) });
  const data = ofLengthOne(features?.data as Float32Array);
  const { score } = await head.run({ features: { data, dims: [1, data.length] } });
  return score?.data[0] as number;
}

/** The same direction, length 1; nothing stays nothing. */
export function ofLengthOne(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}
