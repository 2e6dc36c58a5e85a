import { ofLengthOne } from "../aesthetic/laion.ts";
import { clipWhole } from "../clip/prepare-image.ts";
import type { Tokenizer } from "../clip/tokenizer.ts";
import type { Pixels } from "../decode.ts";
import type { Network } from "../session.ts";

/**
 * HPSv2: how much people would prefer this picture for that prompt, the cosine of both in the space of a tuned OpenCLIP ViT-H/14, about .2 to
 * .3. Compare within one source and one version only: 2.0 and 2.1 are different scales.
 */
export async function hpsv2(
  image: Network,
  text: Network,
  tokenize: Tokenizer,
  view: Pixels,
  prompt: string,
): Promise<number> {
  const { features: seen } = await image.run({ pixels: await clipWhole(view) });
  const tokens = tokenize(prompt);
  const { features: said } = await text.run({ tokens: { data: tokens, dims: [1, tokens.length] } });
  return cosine(seen?.data as Float32Array, said?.data as Float32Array);
}

export function cosine(a: Float32Array, b: Float32Array): number {
  const [u, v] = [ofLengthOne(a), ofLengthOne(b)];
  return u.reduce((sum, value, i) => sum + value * (v[i] as number), 0);
}
