import { OnnxGraph } from "./onnx-writer.ts";
import { kernelToOnnx } from "./tfjs-graph.ts";
import { readWeights, type Weight, type WeightEntry } from "./tfjs-weights.ts";

interface Layer {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: [string, ...unknown[]][][];
}

/** A TFJS layers (Keras) model as its JSON has it, and its weight shards joined in order. */
export interface LayersModel {
  topology: { model_config: { config: { layers: Layer[] } } };
  entries: readonly WeightEntry[];
  weights: Uint8Array;
}

/**
 * Converts the convolutional trunk of a Keras layers model (NHWC input) to ONNX. Ends with the global average of
 * `trunkEnd`'s activations, shape [N, channels], under the name `features`. Works in NCHW inside; batch normalisation is
 * folded into scale and shift.
 */
export function convertTrunk(model: LayersModel, trunkEnd: string, inputSize: number): Uint8Array {
  const graph = new OnnxGraph();
  const weights = readWeights(model.entries, model.weights);
  const tensors = new Map<string, string>();
  for (const layer of model.topology.model_config.config.layers) {
    const inputs = (layer.inbound_nodes[0] ?? []).map(([name]) => tensors.get(name) as string);
    tensors.set(layer.name, translate(graph, layer, inputs, weights));
    if (layer.name === trunkEnd) break;
  }
  const end = tensors.get(trunkEnd);
  if (!end) throw new Error(`layer ${trunkEnd} is not in the model`);
  const features = graph.node("ReduceMean", [end], { axes: [2, 3], keepdims: 0 });
  return graph.finish({ input: ["n", inputSize, inputSize, 3] }, { [features]: "features" });
}

function translate(graph: OnnxGraph, layer: Layer, inputs: string[], weights: Map<string, Weight>): string {
  const { config } = layer;
  const weight = (name: string) => weights.get(`${layer.name}/${name}`);
  switch (layer.class_name) {
    case "InputLayer":
      return graph.node("Transpose", ["input"], { perm: [0, 3, 1, 2] });
    case "Conv2D": {
      const kernel = weight("kernel") as Weight;
      const [height, width, inner, outer] = kernel.shape as [number, number, number, number];
      return graph.node(
        "Conv",
        [...inputs, graph.float(kernelToOnnx(kernel.values, kernel.shape), [outer, inner, height, width])],
        {
          strides: config.strides as number[],
          kernel_shape: [height, width],
          auto_pad: padding(config),
        },
      );
    }
    case "BatchNormalization": {
      const [mean, variance] = [weight("moving_mean") as Weight, weight("moving_variance") as Weight];
      const channels = mean.values.length;
      const scale = Float32Array.from({ length: channels }, (_, i) => {
        const gamma = weight("gamma")?.values[i] ?? 1;
        return gamma / Math.sqrt((variance.values[i] as number) + (config.epsilon as number));
      });
      const shift = scale.map((s, i) => (weight("beta")?.values[i] ?? 0) - s * (mean.values[i] as number));
      const scaled = graph.node("Mul", [...inputs, graph.float(scale, [1, channels, 1, 1])]);
      return graph.node("Add", [scaled, graph.float(shift, [1, channels, 1, 1])]);
    }
    case "Activation":
      return graph.node("Relu", inputs);
    case "MaxPooling2D":
      return graph.node("MaxPool", inputs, pooling(config));
    case "AveragePooling2D":
      return graph.node("AveragePool", inputs, pooling(config));
    case "Concatenate":
      return graph.node("Concat", inputs, { axis: 1 });
    default:
      throw new Error(`layer ${layer.class_name} (${layer.name}) has no translation`);
  }
}

function pooling(config: Record<string, unknown>) {
  return { kernel_shape: config.pool_size as number[], strides: config.strides as number[], auto_pad: padding(config) };
}

function padding(config: Record<string, unknown>): string {
  return config.padding === "same" ? "SAME_UPPER" : "VALID";
}
