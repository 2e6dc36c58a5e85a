import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OnnxGraph } from "./onnx-writer.ts";
import { readWeights, type Weight, type WeightEntry } from "./tfjs-weights.ts";

/** What a pool for the largest value is padded with: the least 32-bit float. */
const LEAST = -3.4028234663852886e38;

/** What of a TFJS graph model becomes which ONNX model. */
export interface GraphConversion {
  /** Path of the model's JSON; its weight shards lie beside it. */
  source: string;
  /** TFJS node name to ONNX output name. A node inside the graph cuts the model there. */
  outputs: Record<string, string>;
  /** Shape of the only input (what models record is often incomplete). A string is a free dimension. */
  inputShape: readonly (number | string)[];
  /** Node operations that change nothing here (casts and reshapes around an image input) and are skipped. */
  passThrough?: readonly string[];
  /** Adds an NHWC to NCHW transpose to every output. */
  channelsFirst?: boolean;
}

interface TfNode {
  name: string;
  op: string;
  input?: string[];
  attr?: Record<string, TfAttribute>;
}

interface TfAttribute {
  s?: string;
  f?: number;
  b?: boolean;
  list?: { i?: (string | number)[]; s?: string[] };
}

interface TfModel {
  modelTopology: { node: TfNode[] };
  weightsManifest: { paths: string[]; weights: WeightEntry[] }[];
}

/**
 * Converts a TFJS graph model to ONNX. Tensors stay NHWC as in TensorFlow; convolutions and pools get a transpose on
 * either side, which onnxruntime's optimiser cancels against each other. Throws on an operation it does not know.
 */
export async function convertGraph(conversion: GraphConversion): Promise<Uint8Array> {
  const model = JSON.parse(await readFile(conversion.source, "utf8")) as TfModel;
  const weights = new Map<string, Weight>();
  for (const group of model.weightsManifest) {
    const shards = await Promise.all(group.paths.map((path) => readFile(join(dirname(conversion.source), path))));
    for (const [name, weight] of readWeights(group.weights, Buffer.concat(shards))) weights.set(name, weight);
  }
  return new Translation(model.modelTopology.node, weights, conversion).run();
}

class Translation {
  readonly #graph = new OnnxGraph();
  readonly #nodes: Map<string, TfNode>;
  readonly #weights: Map<string, Weight>;
  readonly #conversion: GraphConversion;
  readonly #tensors = new Map<string, string>();
  readonly #inputs: Record<string, readonly (number | string)[]> = {};

  constructor(nodes: readonly TfNode[], weights: Map<string, Weight>, conversion: GraphConversion) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#weights = weights;
    this.#conversion = conversion;
  }

  run(): Uint8Array {
    const outputs: Record<string, string> = {};
    for (const [node, name] of Object.entries(this.#conversion.outputs)) {
      const tensor = this.#tensor(node);
      outputs[this.#conversion.channelsFirst ? this.#channelsFirst(tensor) : tensor] = name;
    }
    return this.#graph.finish(this.#inputs, outputs);
  }

  /** Name of the ONNX tensor for a TFJS reference, translating what it depends on first. */
  #tensor(reference: string): string {
    const key = reference.replace(/:0$/, "");
    const known = this.#tensors.get(key);
    if (known) return known;
    const weight = this.#constant(key);
    if (weight) {
      const { values, shape } = weight;
      return this.#remember(
        key,
        weight.kind === "float" ? this.#graph.float(values, shape) : this.#graph.int(values, shape),
      );
    }
    const node = this.#nodes.get(key.replace(/:\d+$/, ""));
    if (!node) throw new Error(`no tensor ${reference}`);
    if (node.op === "SplitV") {
      this.#split(node);
      return this.#tensors.get(key) as string;
    }
    return this.#remember(key, this.#translate(node));
  }

  #remember(key: string, tensor: string): string {
    this.#tensors.set(key, tensor);
    return tensor;
  }

  #translate(node: TfNode): string {
    const graph = this.#graph;
    const from = (node.input ?? []).filter((i) => !i.startsWith("^"));
    const input = (i: number) => this.#tensor(from[i] as string);
    const fixed = (i: number) => this.#fixed(from[i] as string);
    if (this.#conversion.passThrough?.includes(node.op)) return input(0);
    switch (node.op) {
      case "Placeholder":
        this.#inputs[node.name] = this.#conversion.inputShape;
        return node.name;
      case "Identity":
        return input(0);
      case "Conv2D":
      case "_FusedConv2D":
      case "DepthwiseConv2dNative":
      case "FusedDepthwiseConv2dNative":
        return this.#convolution(node, from);
      case "Add":
      case "AddV2":
        return graph.node("Add", [input(0), this.#operand(from[1] as string)]);
      case "Sub":
        return graph.node("Sub", [input(0), this.#operand(from[1] as string)]);
      case "Mul":
        return graph.node("Mul", [input(0), this.#operand(from[1] as string)]);
      case "Sigmoid":
        return graph.node("Sigmoid", [input(0)]);
      case "LeakyRelu":
        return graph.node("LeakyRelu", [input(0)], { alpha: { float: node.attr?.alpha?.f ?? 0.2 } });
      case "Transpose":
        return graph.node("Transpose", [input(0)], { perm: fixed(1) });
      case "Reshape":
        return graph.node("Reshape", [input(0), graph.int(fixed(1))]);
      case "ConcatV2":
        return graph.node(
          "Concat",
          from.slice(0, -1).map((r) => this.#tensor(r)),
          { axis: fixed(from.length - 1)[0] as number },
        );
      case "Pad":
      case "PadV2": {
        const pairs = fixed(1);
        const ends = [...pairs.filter((_, i) => i % 2 === 0), ...pairs.filter((_, i) => i % 2 === 1)];
        const value = node.op === "PadV2" ? [graph.float([fixed(2)[0] as number], [])] : [];
        return graph.node("Pad", [input(0), graph.int(ends), ...value]);
      }
      case "MaxPool": {
        const [image, pads] = this.#windowInput(node, (value) => value <= LEAST);
        const pooled = graph.node("MaxPool", [image], {
          kernel_shape: list(node, "ksize").slice(1, 3),
          strides: list(node, "strides").slice(1, 3),
          ...pads,
        });
        return this.#channelsLast(pooled);
      }
      case "ResizeBilinear":
        return this.#resize(node, input(0), fixed(1));
      default:
        throw new Error(`operation ${node.op} (${node.name}) has no translation`);
    }
  }

  #convolution(node: TfNode, from: readonly string[]): string {
    const kernel = this.#constant(from[1] as string);
    if (!kernel) throw new Error(`${node.name}: the kernel is not constant`);
    const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
    const depthwise = node.op.includes("epthwise");
    const dims = depthwise ? [channels * multiplier, 1, height, width] : [multiplier, channels, height, width];
    const fused = (node.attr?.fused_ops?.list?.s ?? []).map((s) => Buffer.from(s, "base64").toString());
    const [image, pads] = this.#windowInput(node, (value) => value === 0);
    const inputs = [image, this.#graph.float(kernelToOnnx(kernel.values, kernel.shape, depthwise), dims)];
    if (fused[0] === "BiasAdd") inputs.push(this.#tensor(from[2] as string));
    const dilations = list(node, "dilations");
    const convolved = this.#graph.node("Conv", inputs, {
      strides: list(node, "strides").slice(1, 3),
      dilations: dilations.length > 0 ? dilations.slice(1, 3) : [1, 1],
      kernel_shape: [height, width],
      group: depthwise ? channels : 1,
      ...pads,
    });
    return this.#activation(this.#channelsLast(convolved), fused[1]);
  }

  /**
   * Input of a window's node, channels first, with the attribute that says how it pads. A padding with what the window ignores
   * is folded into it: as a node of its own it copies the image, into another layout and back as well.
   */
  #windowInput(node: TfNode, isIgnored: (value: number) => boolean): [string, Record<string, string | number[]>] {
    const reference = node.input?.[0] as string;
    const below = padding(node) === "VALID" ? this.#belowPadding(reference, isIgnored) : undefined;
    if (below) return [below.image, { pads: below.pads }];
    return [this.#channelsFirst(this.#tensor(reference)), { auto_pad: padding(node) }];
  }

  /**
   * The image below a padding of its sides with an ignored value, channels first, and its ONNX pads [top, left, bottom, right];
   * undefined where `reference` is no such padding.
   */
  #belowPadding(
    reference: string,
    isIgnored: (value: number) => boolean,
  ): { image: string; pads: number[] } | undefined {
    const last = this.#nodes.get(reference);
    const turned = last?.op === "Transpose" && this.#fixed(last.input?.[1] as string).join() === "0,2,3,1";
    const node = turned ? this.#nodes.get(last.input?.[0] as string) : last;
    const [source, sides, value] = node?.input ?? [];
    if (!source || !sides || (node?.op !== "Pad" && node?.op !== "PadV2")) return undefined;
    if (!isIgnored(node.op === "PadV2" ? (this.#fixed(value as string)[0] as number) : 0)) return undefined;
    const pairs = this.#fixed(sides);
    const [top, bottom, left, right] = turned ? pairs.slice(4) : pairs.slice(2, 6);
    const others = turned ? pairs.slice(0, 4) : [...pairs.slice(0, 2), ...pairs.slice(6)];
    if (others.some((count) => count > 0)) return undefined;
    const image = this.#tensor(source);
    return { image: turned ? image : this.#channelsFirst(image), pads: [top, left, bottom, right] as number[] };
  }

  /** The second input of an arithmetic node. A constant of equal values is one number: onnxruntime is many times slower at broadcasting three. */
  #operand(reference: string): string {
    const { kind, values } = this.#constant(reference) ?? {};
    const first = values?.[0];
    if (kind !== "float" || first === undefined || !values?.every((v) => v === first)) return this.#tensor(reference);
    return this.#graph.float([first], []);
  }

  #activation(tensor: string, name: string | undefined): string {
    if (!name) return tensor;
    if (name === "Relu") return this.#graph.node("Relu", [tensor]);
    if (name === "Relu6")
      return this.#graph.node("Clip", [tensor, this.#graph.float([0], []), this.#graph.float([6], [])]);
    throw new Error(`fused activation ${name} has no translation`);
  }

  #resize(node: TfNode, tensor: string, size: readonly number[]): string {
    const graph = this.#graph;
    const x = this.#channelsFirst(tensor);
    const head = graph.node("Slice", [graph.node("Shape", [x]), graph.int([0]), graph.int([2])]);
    const sizes = graph.node("Concat", [head, graph.int(size)], { axis: 0 });
    const aligned = node.attr?.align_corners?.b ? "align_corners" : "asymmetric";
    const resized = graph.node("Resize", [x, "", "", sizes], {
      mode: "linear",
      coordinate_transformation_mode: node.attr?.half_pixel_centers?.b ? "half_pixel" : aligned,
    });
    return this.#channelsLast(resized);
  }

  #split(node: TfNode): void {
    const [value, sizes, axis] = (node.input ?? []) as [string, string, string];
    const parts = this.#fixed(sizes);
    const inputs = [this.#tensor(value), this.#graph.int(parts)];
    const outputs = this.#graph.nodes("Split", inputs, { axis: this.#fixed(axis)[0] as number }, parts.length);
    outputs.forEach((tensor, i) => {
      this.#remember(i === 0 ? node.name : `${node.name}:${i}`, tensor);
    });
  }

  #channelsFirst(tensor: string): string {
    return this.#graph.node("Transpose", [tensor], { perm: [0, 3, 1, 2] });
  }

  #channelsLast(tensor: string): string {
    return this.#graph.node("Transpose", [tensor], { perm: [0, 2, 3, 1] });
  }

  #fixed(reference: string): number[] {
    const weight = this.#constant(reference);
    if (!weight) throw new Error(`${reference} is not constant`);
    return Array.from(weight.values);
  }

  /** A weight, or what can be computed from weights alone: exported paddings are a sum of sparse vectors. */
  #constant(reference: string): Weight | undefined {
    const key = reference.replace(/:\d+$/, "");
    const stored = this.#weights.get(key);
    if (stored) return stored;
    const node = this.#nodes.get(key);
    const inputs = (node?.input ?? []).map(
      (i) => this.#weights.get(i) ?? (isFoldable(node) ? this.#constant(i) : undefined),
    );
    if (!node || !isFoldable(node) || inputs.some((w) => w?.kind !== "int")) return undefined;
    const folded = node.op === "SparseToDense" ? dense(inputs as Weight[]) : sum(inputs as Weight[]);
    this.#weights.set(key, folded);
    return folded;
  }
}

function isFoldable(node: TfNode | undefined): boolean {
  return node?.op === "SparseToDense" || node?.op === "AddV2" || node?.op === "Add";
}

function dense([indices, shape, values, fallback]: Weight[]): Weight {
  const dims = Array.from((shape as Weight).values);
  const out = new Int32Array(dims.reduce((a, b) => a * b, 1)).fill(fallback?.values[0] ?? 0);
  const { values: at, shape: atShape } = indices as Weight;
  const rank = atShape[1] ?? 1;
  const source = (values as Weight).values;
  for (let i = 0; i < (atShape[0] ?? 1); i++) {
    let position = 0;
    for (let d = 0; d < rank; d++) position = position * (dims[d] as number) + (at[i * rank + d] as number);
    out[position] = source[source.length > 1 ? i : 0] as number;
  }
  return { shape: dims, kind: "int", values: out };
}

function sum([a, b]: Weight[]): Weight {
  const [left, right] = [a as Weight, b as Weight];
  const length = Math.max(left.values.length, right.values.length);
  const pick = (w: Weight, i: number) => w.values[w.values.length > 1 ? i : 0] as number;
  const shape = left.values.length === length ? left.shape : right.shape;
  return { shape, kind: "int", values: Int32Array.from({ length }, (_, i) => pick(left, i) + pick(right, i)) };
}

/** TensorFlow HWIO (or HWIM for depthwise) to ONNX OIHW (or (I·M)1HW). */
export function kernelToOnnx(values: ArrayLike<number>, shape: readonly number[], depthwise = false): Float32Array {
  const [height, width, inner, outer] = shape as [number, number, number, number];
  const out = new Float32Array(values.length);
  const area = height * width;
  for (let p = 0; p < area; p++) {
    for (let i = 0; i < inner; i++) {
      for (let o = 0; o < outer; o++) {
        const target = depthwise ? i * outer + o : o * inner + i;
        out[target * area + p] = values[(p * inner + i) * outer + o] as number;
      }
    }
  }
  return out;
}

function list(node: TfNode, name: string): number[] {
  return (node.attr?.[name]?.list?.i ?? []).map(Number);
}

function padding(node: TfNode): string {
  const name = Buffer.from(node.attr?.padding?.s ?? "", "base64").toString();
  return name === "SAME" ? "SAME_UPPER" : "VALID";
}
