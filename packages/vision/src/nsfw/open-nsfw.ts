import type { Pixels } from "../decode.ts";
import { centreSquare, stretched } from "../resized.ts";
import type { Network } from "../session.ts";

const RESIZED = 256;
const SIDE = 224;
/** Mean of its training, blue first. */
const MEAN = [104, 117, 123] as const;

/** Yahoo's open_nsfw: the chance that a picture is not safe for work, 0 to 1. The view stretched to 256×256, its middle 224, BGR. */
export async function openNsfw(network: Network, view: Pixels): Promise<number> {
  const data = await stretched(view, RESIZED, RESIZED, "linear");
  const input = lessTheMean(centreSquare({ data, width: RESIZED, height: RESIZED }, SIDE));
  const { outputs } = await network.run({ "input:0": { data: input, dims: [1, SIDE, SIDE, 3] } });
  return outputs?.data[1] as number;
}

/** Interleaved RGB levels to interleaved BGR less the mean. */
export function lessTheMean(rgb: Uint8Array): Float32Array {
  const [blue, green, red] = MEAN;
  const out = new Float32Array(rgb.length);
  for (let i = 0; i < out.length; i += 3) {
    out[i] = (rgb[i + 2] as number) - blue;
    out[i + 1] = (rgb[i + 1] as number) - green;
    out[i + 2] = (rgb[i] as number) - red;
  }
  return out;
}
