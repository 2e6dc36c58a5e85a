// pnpm, Node 24 and the packages of the lockfile, under the checkout alone.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";
import { home, root, step } from "./step.mjs";

const pin = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
export const pnpm = join(home, "tools", "node_modules", ".bin", "pnpm");
export const node = join(root, "node_modules", "node", "bin", "node");

export async function preparePackages() {
  await step(`pnpm (${pin})`, {
    inputs: [`=${pin}`],
    outputs: [".anyone/tools/node_modules/.bin/pnpm"],
    work: () =>
      runCommand("npm", ["install", "--prefix", join(home, "tools"), "--no-save", "--no-audit", "--no-fund", pin], {
        log: "pnpm",
      }),
  });
  await step("Node 24 and the packages of the lockfile", {
    inputs: ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests()],
    outputs: ["node_modules/node/bin/node"],
    work: () => runCommand(pnpm, ["install", "--frozen-lockfile"], { log: "packages", env: { CI: "true" } }),
  });
}

function manifests() {
  const folders = ["packages", "services"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  return [...folders, "test"].map((folder) => `${folder}/package.json`).filter((path) => existsSync(join(root, path)));
}
