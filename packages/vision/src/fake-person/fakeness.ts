import type { Crop } from "../crop.ts";
import type { Network } from "../session.ts";

const SIZE = 256;

/**
 * How sure the classifier is that no camera made this person, 0 to 1: the frozen encoder's taps over head and shoulders as `headCrop` cuts
 * them, then a linear head trained on drawn people. It knows drawings, paintings and prints; see its card for photographs and for pictures
 * that generators made.
 */
export async function fakeness(encoder: Network, classifier: Network, { data }: Crop): Promise<number> {
  const taps = await encoder.run({ input: { data: new Float32Array(data), dims: [1, SIZE, SIZE, 3] } });
  const { fakeness: score } = await classifier.run(taps);
  return score?.data[0] as number;
}
