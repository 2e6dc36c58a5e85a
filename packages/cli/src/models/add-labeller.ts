import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { annotateApi } from "@anyone/contracts/annotate";
import type { Client } from "@anyone/contracts/client";
import { LargeLabeller } from "@anyone/domain/annotate/large-labeller";
import { readPrimeHuman } from "@anyone/domain/annotate/read-prime-human";
import { fault } from "@anyone/domain/fault";
import type { LicenceId } from "@anyone/domain/release/licence";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { partMapPng } from "@anyone/drawn-world/draw-to-folder";
import { python, runStep } from "./run-step.ts";

export interface LabellerRequest {
  name: string;
  /** A folder of transformers weights. */
  from?: string | undefined;
  /** Its name at the server of VLM_URL, or as its publisher calls it. */
  model?: string | undefined;
  licence: LicenceId;
  crops: boolean;
  models: string;
}

/** What loading reads; pickles and code are left where they are. */
const READ = new Set([".safetensors", ".json", ".txt", ".model", ".jinja"]);
const TRIAL = "top.color";

/**
 * Copies the weights to where the worker finds them, has the model answer one question about a drawn picture, and registers
 * it. Nothing is registered that gave no answer.
 */
export async function addLabeller(client: Client, request: LabellerRequest) {
  const draft = request.from === undefined ? serverDraft(request) : await folderDraft(request, request.from);
  const tried = await tryLabeller(draft, request.models);
  const content = LargeLabeller.parse(tried.content);
  const source = request.from ?? `${request.model} at ${process.env.VLM_URL}`;
  const body = { content, licence: request.licence, source };
  return { ...(await client.call(annotateApi.addLabeller, { body })), tried };
}

function serverDraft({ name, model, crops }: LabellerRequest) {
  if (!model) {
    throw fault("bad-input", "Name the folder of weights, or the model at the server.", {
      hint: "--from FOLDER, or --model NAME with VLM_URL (and VLM_API_KEY) in the environment of the platform.",
    });
  }
  return { format: 1, adapter: "openai", version: `${name}-0`, tier: "modern", model, crops };
}

async function folderDraft({ name, model, crops, models }: LabellerRequest, from: string) {
  const config = await readFile(join(from, "config.json"), "utf8").catch(() => undefined);
  if (config === undefined) {
    throw fault("bad-input", `${from} has no config.json.`, { hint: "Name a folder of a model for transformers." });
  }
  const isPaper = JSON.parse(config).model_type === "instructblip";
  const place = join(models, "vlm", name);
  await mkdir(join(models, "vlm"), { recursive: true });
  await cp(from, place, {
    recursive: true,
    dereference: true,
    filter: async (path) => READ.has(extname(path)) || (await stat(path)).isDirectory(),
  });
  return {
    format: 1,
    adapter: isPaper ? "instructblip" : "transformers",
    version: `${name}-0`,
    tier: isPaper ? "paper" : "modern",
    model: model ?? basename(from),
    folder: name,
    crops,
  };
}

/** One question about a drawn picture, through the worker's own code, and what is true. */
async function tryLabeller(draft: object, models: string) {
  const { protocol } = await readPrimeHuman();
  const asked = protocol.byId.get(TRIAL);
  if (!asked) throw fault("internal", `The protocol lacks ${TRIAL}.`);
  const folder = await mkdtemp(join(tmpdir(), "anyone-labeller-"));
  try {
    const [image, parts, file] = ["image.jpg", "parts.png", "trial.json"].map((one) => join(folder, one)) as [
      string,
      string,
      string,
    ];
    const { jpeg, truth } = await drawPerson(3);
    await writeFile(image, jpeg);
    await writeFile(parts, await partMapPng(truth.partMap.ids, truth.partMap));
    const { n: category, id, question: text, options, parts: evidence } = asked;
    const question = { category, id, text, options, parts: evidence };
    await writeFile(file, JSON.stringify({ draft, image, parts, question }));
    const environment = { OBJECTS_URL: `file://${folder}`, SERVICE_TOKEN: "none is needed", MODELS_DIR: models };
    const said = await runStep(python, ["-m", "anyone_gpu.annotate.store_vlm", file], undefined, environment);
    const { content, answer, confidence } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
    return { content, question: text, answer, confidence, truth: truth.answers[TRIAL] } as {
      content: unknown;
      question: string;
      answer: string;
      confidence: number;
      truth: string;
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
