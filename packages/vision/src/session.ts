import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type ModelName, models } from "./models.ts";

/** A loaded network: float tensors in, float tensors out, one thread. */
export interface Network {
  run(inputs: Record<string, Input>): Promise<Record<string, Output>>;
}

export interface Input {
  data: Float32Array;
  dims: readonly number[];
}

export interface Output {
  data: Float32Array;
  dims: readonly number[];
}

/** Reads a model's file and checks it against the registry's hash; throws the fault `bad-environment` when it is missing, `altered-object` when it differs. */
export async function readModel(directory: string, name: Exclude<ModelName, "flatness">): Promise<Buffer> {
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

/** Opens a network on one thread: many small models run side by side, and a second thread makes each of them slower on a busy machine. */
export async function openNetwork(directory: string, name: Exclude<ModelName, "flatness">): Promise<Network> {
  const session = await InferenceSession.create(await readModel(directory, name), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return {
    async run(inputs) {
      const feeds = Object.entries(inputs).map(
        ([key, { data, dims }]) => [key, new Tensor("float32", data, dims)] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      return results as unknown as Record<string, Output>;
    },
  };
}
