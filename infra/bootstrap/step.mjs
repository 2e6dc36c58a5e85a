// One step of getting the checkout ready: skipped when nothing it reads has changed since it last succeeded.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const home = join(root, ".anyone");

/** A sentence for the person who started us; printed without a stack. */
export class Refusal extends Error {}

export const DISK_FULL = `The disk of ${home} is full. Free some room and run the same command again: what is finished stays.`;

/**
 * Runs `work` unless `inputs` (files or folders, relative to the checkout, or `=text`) hash to what the last success
 * recorded and every one of `outputs` exists. An interrupted step leaves no record, so it runs again.
 */
export async function step(name, { inputs, outputs = [], work }) {
  const stamp = join(home, "stamps", `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}.txt`);
  const digest = hashOf(inputs);
  const fresh =
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === digest &&
    outputs.every((path) => existsSync(join(root, path)));
  if (fresh) return;
  const started = Date.now();
  say(`${name} …`);
  rmSync(stamp, { force: true });
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  say(`${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

export function say(text) {
  process.stderr.write(`· ${text}\n`);
}

function hashOf(inputs) {
  const hash = createHash("sha256");
  for (const input of inputs) {
    if (input.startsWith("=")) hash.update(input);
    else for (const path of filesUnder(join(root, input))) hash.update(relative(root, path)).update(readFileSync(path));
  }
  return hash.digest("hex");
}

const SKIPPED = new Set(["node_modules", "generated", "dist", "__pycache__"]);

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (statSync(path).isFile()) {
    yield path;
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!SKIPPED.has(entry.name)) yield* filesUnder(join(path, entry.name));
  }
}
