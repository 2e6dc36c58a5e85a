/**
 * Writes ONNX models without a protobuf library: the handful of message fields an inference graph needs
 * (field numbers from onnx/onnx.proto, IR version 7, opset 13).
 */

type Attribute = number | string | readonly number[] | { float: number };

/** Collects nodes and initializers of one graph; names are made up as it goes. */
export class OnnxGraph {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  #count = 0;

  /** Appends a node and returns the names of its outputs. */
  nodes(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, outputs = 1): string[] {
    const names = Array.from({ length: outputs }, () => this.#name());
    const encoded = Object.entries(attributes).map(([name, value]) => message(5, attribute(name, value)));
    this.#nodes.push(bytes(...inputs.map((i) => text(1, i)), ...names.map((o) => text(2, o)), text(4, op), ...encoded));
    return names;
  }

  /** As `nodes`, for the usual case of one output. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    return this.nodes(op, inputs, attributes)[0] as string;
  }

  /** Constant of 32-bit floats; `dims: []` is a scalar. */
  float(values: ArrayLike<number>, dims: readonly number[]): string {
    return this.#initializer(1, Float32Array.from(values), dims);
  }

  /** Constant of 64-bit integers. */
  int(values: ArrayLike<number>, dims: readonly number[] = [values.length]): string {
    return this.#initializer(7, BigInt64Array.from(Array.from(values), BigInt), dims);
  }

  /**
   * Serialises the model. `inputs` maps a name to its shape (a string is a free dimension); those named in `ids` are 64-bit integers, the
   * others floats. `outputs` maps an inner name to a public one.
   */
  finish(
    inputs: Record<string, readonly (number | string)[]>,
    outputs: Record<string, string>,
    ids: readonly string[] = [],
  ): Uint8Array {
    for (const [inner, outer] of Object.entries(outputs)) {
      this.#nodes.push(bytes(text(1, inner), text(2, outer), text(4, "Identity")));
    }
    const graph = bytes(
      ...this.#nodes.map((n) => message(1, n)),
      text(2, "graph"),
      ...this.#initializers.map((t) => message(5, t)),
      ...Object.entries(inputs).map(([name, shape]) => message(11, valueInfo(name, shape, ids.includes(name) ? 7 : 1))),
      ...Object.values(outputs).map((name) => message(12, valueInfo(name))),
    );
    return bytes(integer(1, 7), message(7, graph), message(8, bytes(text(1, ""), integer(2, 13))));
  }

  #name(): string {
    return `t${this.#count++}`;
  }

  #initializer(dataType: number, data: Float32Array | BigInt64Array, dims: readonly number[]): string {
    const name = this.#name();
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push(
      bytes(...dims.map((d) => integer(1, d)), integer(2, dataType), text(8, name), message(9, raw)),
    );
    return name;
  }
}

function attribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === "string") return bytes(text(1, name), text(4, value), integer(20, 3));
  if (typeof value === "number") return bytes(text(1, name), integer(3, value), integer(20, 2));
  if ("float" in value) {
    const raw = new Uint8Array(4);
    new DataView(raw.buffer).setFloat32(0, value.float, true);
    return bytes(text(1, name), bytes(tag(2, 5), raw), integer(20, 1));
  }
  return bytes(text(1, name), ...value.map((v) => integer(8, v)), integer(20, 7));
}

function valueInfo(name: string, shape?: readonly (number | string)[], type = 1): Uint8Array {
  const dims = shape?.map((d) => message(1, typeof d === "number" ? integer(1, d) : text(2, d)));
  const tensor = bytes(integer(1, type), ...(dims ? [message(2, bytes(...dims))] : []));
  return bytes(text(1, name), message(2, message(1, tensor)));
}

function bytes(...parts: Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function tag(field: number, wire: number): Uint8Array {
  return varint(BigInt((field << 3) | wire));
}

function integer(field: number, value: number): Uint8Array {
  return bytes(tag(field, 0), varint(BigInt.asUintN(64, BigInt(value))));
}

function text(field: number, value: string): Uint8Array {
  return message(field, Buffer.from(value));
}

function message(field: number, payload: Uint8Array): Uint8Array {
  return bytes(tag(field, 2), varint(BigInt(payload.length)), payload);
}

function varint(value: bigint): Uint8Array {
  const out: number[] = [];
  let rest = value;
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}
