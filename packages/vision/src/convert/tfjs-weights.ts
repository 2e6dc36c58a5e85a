/** A constant of a TFJS model; integers and booleans are kept as numbers. */
export interface Weight {
  shape: readonly number[];
  kind: "float" | "int";
  values: Float32Array | Int32Array;
}

export interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

/**
 * Reads the weights of one manifest group out of its concatenated shards, undoing float16 and
 * affine (`value = stored * scale + min`) quantisation as @tensorflow/tfjs-core `decodeWeights` does.
 */
export function readWeights(entries: readonly WeightEntry[], data: Uint8Array): Map<string, Weight> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const weights = new Map<string, Weight>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of entries) {
    const length = shape.reduce((product, dim) => product * dim, 1);
    const [width, read] = reader(view, dtype, quantization);
    const at = (i: number) => read(offset + i * width);
    weights.set(
      name,
      dtype === "float32"
        ? { shape, kind: "float", values: Float32Array.from({ length }, (_, i) => at(i)) }
        : { shape, kind: "int", values: Int32Array.from({ length }, (_, i) => Math.round(at(i))) },
    );
    offset += length * width;
  }
  if (offset !== data.byteLength) throw new Error(`weights end at byte ${offset}, the shards hold ${data.byteLength}`);
  return weights;
}

function reader(view: DataView, dtype: string, q: WeightEntry["quantization"]): [number, (offset: number) => number] {
  const { scale = 1, min = 0 } = q ?? {};
  switch (q?.dtype ?? dtype) {
    case "float16":
      return [2, (o) => view.getFloat16(o, true)];
    case "uint8":
      return [1, (o) => view.getUint8(o) * scale + min];
    case "uint16":
      return [2, (o) => view.getUint16(o, true) * scale + min];
    case "float32":
      return [4, (o) => view.getFloat32(o, true)];
    case "int32":
      return [4, (o) => view.getInt32(o, true)];
    case "bool":
      return [1, (o) => view.getUint8(o)];
    default:
      throw new Error(`weight type ${q?.dtype ?? dtype} is not known`);
  }
}
