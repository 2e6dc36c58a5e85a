import { CLIP } from "../clip/prepare-image.ts";
import type { Pixels } from "../decode.ts";
import { toPlanes } from "../planes.ts";
import { stretched } from "../resized.ts";
import type { Network, Output } from "../session.ts";

const SHORT_SIDE = 768;
const PATCH = 224;
const PATCHES = 15;
/** Prompts: every quality with every scene and every distortion, the distortion running fastest. */
const QUALITIES = 5;
const PROMPTS = QUALITIES * 9 * 11;

/**
 * LIQE's quality of a view, 1 (bad) to 5 (perfect): 15 patches spread over it, their similarity to 495 prompts, and the expected quality.
 * As its long demonstration does it: the stand-alone module takes the same patch 15 times.
 */
export async function liqe(network: Network, view: Pixels): Promise<number> {
  const scaled = await adaptivelyResized(view);
  const size = 3 * PATCH * PATCH;
  const data = new Float32Array(PATCHES * size);
  patchCorners(scaled.width, scaled.height).forEach(([x, y], i) => {
    data.set(toPlanes(cut(scaled, x, y), CLIP), i * size);
  });
  const { logits } = await network.run({ pixels: { data, dims: [PATCHES, 3, PATCH, PATCH] } });
  return expectedQuality((logits as Output).data);
}

/** Upper left corners of the patches: every so many of those that a window of 224 meets in steps of 32, or 48 on large pictures. */
export function patchCorners(width: number, height: number): [x: number, y: number][] {
  const step = width >= 1024 || height >= 1024 ? 48 : 32;
  const across = Math.floor((width - PATCH) / step) + 1;
  const down = Math.floor((height - PATCH) / step) + 1;
  const every = Math.floor((across * down) / PATCHES);
  return Array.from({ length: PATCHES }, (_, i) => {
    const at = i * every;
    return [(at % across) * step, Math.floor(at / across) * step];
  });
}

/** Logits [15, 495] to a quality: the mean over the patches, softmax over the prompts, and the expectation of 1 to 5. */
export function expectedQuality(logits: Float32Array): number {
  const mean = Float64Array.from({ length: PROMPTS }, (_, prompt) => {
    let sum = 0;
    for (let patch = 0; patch < PATCHES; patch++) sum += logits[patch * PROMPTS + prompt] as number;
    return sum / PATCHES;
  });
  const largest = Math.max(...mean);
  let total = 0;
  let weighted = 0;
  mean.forEach((value, prompt) => {
    const weight = Math.exp(value - largest);
    total += weight;
    weighted += weight * (1 + Math.floor(prompt / (PROMPTS / QUALITIES)));
  });
  return weighted / total;
}

/** Shorter side to 768 where both are at least that; what is smaller is left as it is, but a patch must fit. */
async function adaptivelyResized(view: Pixels): Promise<Pixels> {
  const short = Math.min(view.width, view.height);
  const target = short >= SHORT_SIDE ? SHORT_SIDE : Math.max(short, PATCH);
  if (target === short) return view;
  const [width, height] = [view.width, view.height].map((side) => Math.trunc((side * target) / short)) as [
    number,
    number,
  ];
  return { data: await stretched(view, width, height, "linear"), width, height };
}

function cut({ data, width }: Pixels, x: number, y: number): Uint8Array {
  const out = new Uint8Array(PATCH * PATCH * 3);
  for (let row = 0; row < PATCH; row++) {
    const from = ((y + row) * width + x) * 3;
    out.set(data.subarray(from, from + PATCH * 3), row * PATCH * 3);
  }
  return out;
}
