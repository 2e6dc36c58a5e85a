import { random as seeded } from "@anyone/domain/random";
import { describe, expect, it } from "vitest";
import { OnnxGraph } from "../convert/onnx-writer.ts";
import type { Pixels } from "../decode.ts";
import { type Network, networkOf, openSession } from "../session.ts";
import { laionAesthetic } from "./laion.ts";

/** Widths of the published predictor's layers: five linear ones, and nothing between them when it rates. */
const WIDTHS = [768, 1024, 128, 64, 16, 1];
const random = seeded("aesthetic");
const drawn = (length: number, spread: number) => Float32Array.from({ length }, () => (random() - 0.5) * spread);
const features = drawn(768, 20);
const layers = WIDTHS.slice(1).map((to, i) => {
  const from = WIDTHS[i] as number;
  return { from, to, weights: drawn(from * to, 2 / Math.sqrt(from)), bias: drawn(to, 1) };
});
const grey: Pixels = { width: 300, height: 400, data: new Uint8Array(300 * 400 * 3).fill(120) };

async function network(
  graph: OnnxGraph,
  inputs: Record<string, (string | number)[]>,
  outputs: Record<string, string>,
): Promise<Network> {
  return networkOf(await openSession(graph.finish(inputs, outputs)));
}

describe("LAION's aesthetic score", () => {
  it("of a fixed vector of features is what the published predictor's arithmetic gives", async () => {
    const clip = new OnnxGraph();
    const nothing = clip.node("Mul", [
      clip.node("ReduceMean", ["pixels"], { axes: [1, 2, 3], keepdims: 0 }),
      clip.float([0], []),
    ]);
    const fixed = clip.node("Add", [clip.node("Reshape", [nothing, clip.int([1, 1])]), clip.float(features, [1, 768])]);
    const encoder = await network(clip, { pixels: [1, 3, 224, 224] }, { [fixed]: "features" });

    const stack = new OnnxGraph();
    const score = layers.reduce(
      (last, { from, to, weights, bias }) =>
        stack.node("Add", [stack.node("MatMul", [last, stack.float(weights, [from, to])]), stack.float(bias, [to])]),
      "features",
    );
    const head = await network(stack, { features: [1, 768] }, { [score]: "score" });

    // The predictor's own code: the features over their length (0 stays 0), then y = x·W + b, five times.
    const length = Math.hypot(...features);
    const expected = layers.reduce<number[]>(
      (last, { to, weights, bias }) =>
        Array.from({ length: to }, (_, column) =>
          last.reduce(
            (sum, value, row) => sum + value * (weights[row * to + column] as number),
            bias[column] as number,
          ),
        ),
      Array.from(features, (value) => value / length),
    );
    expect(await laionAesthetic(encoder, head, grey)).toBeCloseTo(expected[0] as number, 4);
  });
});
