import { describe, expect, it } from "vitest";
import goldens from "../../goldens/tfjs.json" with { type: "json" };
import { modelsFolder } from "../models-folder.ts";
import { openNetwork } from "../session.ts";

/** The noise the goldens were recorded on (goldens/record.mjs). */
function noise(dims: number[], low: number, high: number, round = false): Float32Array {
  const length = dims.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length }, (_, i) => {
    const v = Math.sin((i % 65_536) * 12.9898) * 43_758.5453;
    const value = low + (high - low) * (v - Math.floor(v));
    return round ? Math.round(Math.fround(value)) : value;
  });
}

interface Golden {
  shape: number[];
  largest: number;
  step: number;
  values: number[];
}

/** Largest difference over the recorded values, as a share of the output's largest value. */
function error(found: Float32Array, golden: Golden): number {
  const differences = golden.values.map((value, i) => Math.abs(value - (found[i * golden.step] as number)));
  return Math.max(...differences) / golden.largest;
}

describe("converted models answer as TensorFlow.js does", { timeout: 90_000 }, () => {
  it("nanodet, at all six outputs", async () => {
    const network = await openNetwork(modelsFolder, "nanodet");
    const dims = [1, 3, 416, 416];
    const outputs = await network.run({ input_1: { data: noise(dims, -2, 2), dims } });
    const names = ["scores_8", "scores_16", "scores_32", "boxes_8", "boxes_16", "boxes_32"];
    for (const [i, name] of names.entries()) {
      const golden = goldens.nanodet[i] as Golden;
      expect(outputs[name]?.dims, name).toEqual(golden.shape);
      expect(error(outputs[name]?.data as Float32Array, golden), name).toBeLessThan(1e-4);
    }
  });

  it("movenet thunder, at the four heads the decoding starts from", async () => {
    const network = await openNetwork(modelsFolder, "movenet");
    const dims = [1, 256, 256, 3];
    const outputs = await network.run({ input: { data: noise(dims, 0, 255, true), dims } });
    for (const [i, name] of ["center", "heatmap", "regress", "offset"].entries()) {
      const golden = goldens["movenet-thunder"][i] as Golden;
      expect(outputs[name]?.dims, name).toEqual(golden.shape);
      expect(error(outputs[name]?.data as Float32Array, golden), name).toBeLessThan(1e-4);
    }
  });

  it("the encoder of movenet lightning, cut at its five strides and transposed", async () => {
    const network = await openNetwork(modelsFolder, "encoder");
    const dims = [1, 192, 192, 3];
    const outputs = await network.run({ input: { data: noise(dims, 0, 255, true), dims } });
    for (const [i, stride] of [2, 4, 8, 16, 32].entries()) {
      const golden = goldens["movenet-lightning-encoder"][i] as Golden;
      const [, height, width, channels] = golden.shape as [number, number, number, number];
      const { data, dims: found } = outputs[`stride_${stride}`] as { data: Float32Array; dims: number[] };
      expect(found).toEqual([1, channels, height, width]);
      const channelsLast = Float32Array.from(data, (_, at) => {
        const [channel, place] = [at % channels, Math.floor(at / channels)];
        return data[channel * height * width + place] as number;
      });
      expect(error(channelsLast, golden), `stride ${stride}`).toBeLessThan(1e-4);
    }
  });

  it("the Inception trunk's 2048 pooled features", async () => {
    const network = await openNetwork(modelsFolder, "inception");
    const dims = [1, 299, 299, 3];
    const { features } = await network.run({ input: { data: noise(dims, 0, 1), dims } });
    expect(features?.dims).toEqual([1, 2048]);
    expect(error(features?.data as Float32Array, goldens["nsfwjs-inception"][0] as Golden)).toBeLessThan(1e-4);
  });
});
