import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type FileModelName, models } from "./models.ts";

/** A loaded network: tensors in, float tensors out, one thread. */
export interface Network {
  run(inputs: Record<string, Input>): Promise<Record<string, Output>>;
}

export interface Input {
  /** Whole numbers are token ids. */
  data: Float32Array | BigInt64Array;
  dims: readonly number[];
}

export interface Output {
  data: Float32Array;
  dims: readonly number[];
}

/** Reads a model's file and checks it against the registry's hash; throws the fault `bad-environment` when it is missing, `altered-object` when it differs. */
export async function readModel(directory: string, name: FileModelName): Promise<Buffer> {
  const { file, sha256 } = models[name];
  const path = join(directory, file);
  const bytes = await readFile(path).catch((cause) => {
    throw fault("bad-environment", `The model ${file} is not in ${directory}`, {
      cause,
      hint: "build the models again",
    });
  });
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) {
    throw fault("altered-object", `The model ${path} has sha256 ${found}, expected ${sha256}`, {
      hint: "build the models again",
    });
  }
  return bytes;
}

/** Opens a network of the registry, its file checked. */
export async function openNetwork(directory: string, name: FileModelName): Promise<Network> {
  return networkOf(await openSession(await readModel(directory, name)));
}

/** Loads ONNX on one thread: many small models run side by side, and a second thread makes each of them slower on a busy machine. */
export function openSession(model: Uint8Array | string): Promise<InferenceSession> {
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const;
  return typeof model === "string" ? InferenceSession.create(model, options) : InferenceSession.create(model, options);
}

/** A session that takes and gives plain arrays. */
export function networkOf(session: InferenceSession): Network {
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(
        ([key, { data, dims }]) =>
          [
            key,
            data instanceof Float32Array ? new Tensor("float32", data, dims) : new Tensor("int64", data, dims),
          ] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      return results as unknown as Record<string, Output>;
    },
  };
}
