/** How levels become a network's input: `(level − mean) / deviation` per channel, in the order red, green, blue. */
export interface Normalisation {
  mean: readonly [number, number, number];
  deviation: readonly [number, number, number];
  /** Order of the planes. */
  order: "rgb" | "bgr";
}

/** Statistics of ImageNet, in levels of 0 to 255. */
export const IMAGENET: Normalisation = {
  mean: [123.675, 116.28, 103.53],
  deviation: [58.395, 57.12, 57.375],
  order: "rgb",
};

/** Interleaved RGB levels to planes of inputs. */
export function toPlanes(rgb: Uint8Array, { mean, deviation, order }: Normalisation): Float32Array {
  const size = rgb.length / 3;
  const out = new Float32Array(rgb.length);
  for (let c = 0; c < 3; c++) {
    const from = order === "rgb" ? c : 2 - c;
    const [m, d] = [mean[from] as number, deviation[from] as number];
    for (let i = 0, at = c * size; i < size; i++, at++) out[at] = ((rgb[i * 3 + from] as number) - m) / d;
  }
  return out;
}
