import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import { LICENCE_IDS } from "@anyone/domain/release/licence";
import { z } from "zod";
import { type CatalogueEntry, catalogue, catalogueEntry } from "./catalogue.ts";
import { download, refuseUnsafe } from "./download.ts";
import { signatureOf, whatDiffers } from "./signature.ts";

/** One registered file of a model of the catalogue. */
const Added = z.object({
  model: z.string(),
  part: z.string(),
  /** Below the models' folder. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  licence: z.string(),
  /** The path or address it was taken from. */
  from: z.string(),
  addedAt: z.iso.datetime(),
});
export type Added = z.infer<typeof Added>;

export interface AddRequest {
  /** The models' folder. */
  models: string;
  model: string;
  /** May be left out where a model is one file. */
  part?: string | undefined;
  /** A path, or an https:// address. */
  from: string;
  /** What the file must hash to; needed for an address. */
  sha256?: string | undefined;
  /** Where it differs from what the catalogue says. */
  licence?: string | undefined;
  now: Date;
  onProgress?: (bytes: number, total: number | undefined) => void;
}

/**
 * Registers weights: brings the file into the models' folder, checks its hash and that it is a network of the right inputs and outputs, and only
 * then lists it. A download that was cut off is gone on with.
 *
 * @throws Fault `bad-input` with what is wrong and how to mend it; nothing is registered then.
 */
export async function addWeights(request: AddRequest): Promise<Added> {
  const { models, model, from, sha256, now } = request;
  const entry = entryOf(model);
  const part = partOf(model, entry, request.part);
  const licence = request.licence ?? entry.licence;
  refuseUnknownLicence(licence);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw fault("bad-input", `"${sha256}" is no sha256.`, { hint: "It is 64 hexadecimal digits: sha256sum FILE." });
  }
  await refuseNoSource(request);
  await mkdir(join(models, "added", model), { recursive: true });
  const kind = entry.parts[part]?.kind === "text" ? "txt" : "onnx";
  const file = join("added", model, `${part}.${kind}`);
  const draft = join(models, `${file}.part`);
  await bring(request, draft);
  const found = await hashOf(draft);
  if (sha256 !== undefined && found !== sha256.toLowerCase()) {
    await rm(draft, { force: true });
    throw fault("bad-input", `${from} has sha256 ${found}, not ${sha256.toLowerCase()}.`, {
      hint: "Nothing was registered. Either the file is another version, or it was damaged on its way: compare with its publisher's hash.",
    });
  }
  await refuseOtherNetwork(entry, model, part, draft);
  const { size } = await stat(draft);
  await rename(draft, join(models, file));
  const added: Added = { model, part, file, sha256: found, bytes: size, licence, from, addedAt: now.toISOString() };
  const others = (await readAdded(models)).filter((one) => one.model !== model || one.part !== part);
  await writeIndex(models, [...others, added]);
  return added;
}

/** Everything that is registered; nothing where nothing is. Throws the fault `bad-environment` when the list is damaged. */
export async function readAdded(models: string): Promise<Added[]> {
  const path = indexOf(models);
  const text = await readFile(path, "utf8").catch(() => "[]");
  try {
    return z.array(Added).parse(JSON.parse(text));
  } catch (cause) {
    throw fault("bad-environment", `${path} is damaged.`, {
      cause,
      hint: "Remove it and register the weights again: the files are still beside it.",
    });
  }
}

/** SHA-256 of a file, read in pieces: weights may be larger than memory. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function entryOf(model: string): CatalogueEntry {
  const entry = catalogueEntry(model);
  if (entry) return entry;
  throw fault("bad-input", `There is no model "${model}" here.`, {
    hint: `There are: ${Object.keys(catalogue).join(", ")}.`,
  });
}

function partOf(model: string, { parts }: CatalogueEntry, asked: string | undefined): string {
  const names = Object.keys(parts);
  const part = asked ?? (names.length === 1 ? names[0] : undefined);
  if (part !== undefined && Object.hasOwn(parts, part)) return part;
  const wrong = asked === undefined ? `${model} has several parts.` : `${model} has no part "${asked}".`;
  throw fault("bad-input", wrong, { hint: `Name one by --part: ${names.join(", ")}.` });
}

function refuseUnknownLicence(licence: string): void {
  if ((LICENCE_IDS as readonly string[]).includes(licence)) return;
  throw fault("bad-input", `"${licence}" is no licence that is known here.`, {
    hint: `Known are ${LICENCE_IDS.join(", ")}; take the one whose terms are as narrow.`,
  });
}

/** Before anything is written. */
async function refuseNoSource({ from, sha256 }: AddRequest): Promise<void> {
  if (isAddress(from)) {
    refuseUnsafe(from);
    if (sha256 !== undefined) return;
    throw fault("bad-input", "Weights from an address need their sha256.", {
      hint: "Take it from the publisher's page: --sha256 HASH.",
    });
  }
  const file = await stat(from).catch(() => undefined);
  if (file?.isFile()) return;
  throw fault("bad-input", `${from} cannot be read.`, { hint: "Name a file, or an https:// address." });
}

function bring({ from, onProgress }: AddRequest, draft: string): Promise<void> {
  return isAddress(from)
    ? download({ url: from, to: draft, ...(onProgress && { onProgress }) })
    : copyFile(from, draft);
}

function isAddress(from: string): boolean {
  return /^https?:\/\//.test(from);
}

async function refuseOtherNetwork(entry: CatalogueEntry, model: string, part: string, draft: string): Promise<void> {
  const wanted = entry.parts[part];
  if (wanted?.kind !== "onnx") return;
  const found = await signatureOf(draft).catch(async (cause) => {
    await rm(draft, { force: true });
    throw fault("bad-input", `The file is no ONNX network that can be loaded.`, {
      cause,
      hint: `Nothing was registered. ${model} is exported as: ${entry.published}.`,
    });
  });
  const differs = whatDiffers(wanted, found);
  if (differs.length === 0) return;
  await rm(draft, { force: true });
  throw fault("bad-input", `The file is not ${model}'s ${part}: ${differs.join("; ")}.`, {
    hint: `Nothing was registered. It is exported as: ${entry.published}.`,
  });
}

function indexOf(models: string): string {
  return join(models, "added.json");
}

async function writeIndex(models: string, all: readonly Added[]): Promise<void> {
  const path = indexOf(models);
  await writeFile(`${path}.${process.pid}.part`, `${JSON.stringify(all, null, 2)}\n`);
  await rename(`${path}.${process.pid}.part`, path);
}
