import { random as seeded } from "@anyone/domain/random";
import type { OnnxPart, Shape } from "./catalogue.ts";
import { OnnxGraph } from "./convert/onnx-writer.ts";

/** Cells of a side of the grid that a random network looks at. */
const CELLS = 4;

/**
 * A network with random weights and exactly the inputs and outputs of a part: means over a coarse grid of the input, then one random linear
 * layer per output, then a sigmoid. It knows nothing; it exercises loading, feeding and reading for real.
 *
 * @param sides numbers for the sides that the part leaves open, by their names; "n" follows the input
 */
export function randomNetwork(part: OnnxPart, sides: Readonly<Record<string, number>> = {}, seed = "1"): Uint8Array {
  const random = seeded(seed);
  const graph = new OnnxGraph();
  const [[name, shape]] = Object.entries(part.inputs) as [[string, Shape]];
  const ids = shape.length === 2 && part.inputs.tokens ? [name] : [];
  const { features, count } = look(graph, name, shape, ids.length > 0);
  const outputs = Object.entries(part.outputs).map(([output, wanted]) => {
    const [first, ...rest] = wanted.map((side) => (typeof side === "number" ? side : (sides[side] ?? -1))) as number[];
    const batched = first === -1 || wanted[0] === "n" || first === 1;
    const per = (batched ? rest : [first as number, ...rest]).reduce((product, side) => product * side, 1);
    const weights = graph.float(
      Float32Array.from({ length: count * per }, () => (random() - 0.5) * 4),
      [count, per],
    );
    // Mostly low: a detector that is sure of every anchor is no detector.
    const logits = graph.node("Sub", [graph.node("MatMul", [features, weights]), graph.float([2.5], [])]);
    const scores = graph.node("Sigmoid", [logits]);
    const target = batched ? [-1, ...rest] : [first as number, ...rest];
    return [graph.node("Reshape", [scores, graph.int(target)]), output];
  });
  return graph.finish({ [name]: shape }, Object.fromEntries(outputs), ids);
}

function look(graph: OnnxGraph, name: string, shape: Shape, ids: boolean): { features: string; count: number } {
  if (shape.length === 2) {
    const count = shape[1] as number;
    const floats = ids ? graph.node("Cast", [name], { to: 1 }) : name;
    return { features: graph.node("Mul", [floats, graph.float([ids ? 1e-5 : 1], [])]), count };
  }
  const [, channels, height, width] = shape as [string, number, number, number];
  const kernel = [Math.floor(height / CELLS), Math.floor(width / CELLS)];
  const pooled = graph.node("AveragePool", [name], { kernel_shape: kernel, strides: kernel });
  const cells = Math.floor(height / (kernel[0] as number)) * Math.floor(width / (kernel[1] as number));
  const count = channels * cells;
  return { features: graph.node("Reshape", [pooled, graph.int([-1, count])]), count };
}
