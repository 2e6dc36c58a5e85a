// pnpm, Node 24 and the packages of the lockfile, under the checkout alone.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";
import { home, root, step } from "./step.mjs";

const toolsCache = join(home, "tools", "cache");
const pin = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
export const pnpm = join(home, "tools", "node_modules", ".bin", "pnpm");
export const node = join(root, "node_modules", "node", "bin", "node");

/**
 * The store and the caches are the checkout's own, so that nothing is written elsewhere. Of the store only what is linked
 * into node_modules stays: what pnpm copied (packages with a build script) would lie there a second time.
 */
const OWN = {
  pnpm_config_store_dir: join(home, "store"),
  pnpm_config_cache_dir: toolsCache,
  // How old a release must be is asked when the lockfile changes; asking again here fetches every package's whole history.
  pnpm_config_minimum_release_age: "0",
};

export async function preparePackages() {
  await step(`pnpm (${pin})`, {
    inputs: [`=${pin}`],
    outputs: [".anyone/tools/node_modules/.bin/pnpm"],
    work: () =>
      runCommand("npm", ["install", "--prefix", join(home, "tools"), "--no-save", "--no-audit", "--no-fund", pin], {
        log: "pnpm",
        env: { npm_config_cache: toolsCache },
      }),
  });
  await step("Node 24 and the packages of the lockfile", {
    inputs: ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests()],
    outputs: ["node_modules/node/bin/node"],
    work: async () => {
      await runCommand(pnpm, ["install", "--frozen-lockfile"], { log: "packages", env: { ...OWN, CI: "true" } });
      await runCommand(pnpm, ["store", "prune"], { log: "packages-prune", env: OWN });
      rmSync(toolsCache, { recursive: true, force: true });
      dropOtherPlatforms();
    },
  });
}

/** The ONNX runtime's package holds the libraries of every platform: 220 MB that this machine cannot load. */
function dropOtherPlatforms() {
  const packages = join(root, "node_modules", ".pnpm");
  for (const name of readdirSync(packages).filter((entry) => entry.startsWith("onnxruntime-node@"))) {
    const libraries = join(packages, name, "node_modules", "onnxruntime-node", "bin", "napi-v6");
    for (const [folder, ours] of [
      [libraries, process.platform],
      [join(libraries, process.platform), process.arch],
    ]) {
      for (const other of readdirSync(folder).filter((entry) => entry !== ours)) {
        rmSync(join(folder, other), { recursive: true });
      }
    }
  }
}

function manifests() {
  const folders = ["packages", "services"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return [...folders, "test"].map((folder) => `${folder}/package.json`).filter((path) => existsSync(join(root, path)));
}
