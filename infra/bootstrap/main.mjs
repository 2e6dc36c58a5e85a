// `node infra/bootstrap/main.mjs <command> [arguments]`: makes the checkout ready with nothing but Node >= 20, npm and
// Python >= 3.11 on the machine, then runs the command on Node 24. Uses Node's own modules only.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { generateClients, generateWithPython } from "./generate.mjs";
import { node, preparePackages } from "./packages.mjs";
import { preparePython, preparePythonChecks } from "./python.mjs";
import { DISK_FULL, home, Refusal, root, say } from "./step.mjs";

const COMMANDS = {
  anyone: ["packages/cli/src/main.ts"],
  bench: ["infra/bench/run.ts"],
  chaos: ["test/chaos/main.ts"],
  check: ["test/check.ts"],
  demo: ["packages/cli/src/main.ts", "demo"],
  dev: ["packages/cli/src/main.ts", "up", "--dev"],
  install: null,
  test: ["test/run.ts"],
  "test:long": ["test/run.ts", "--long"],
};

/** Those that use what only tests and checks need; `install` gets all there is. */
const CHECKING = ["check", "install", "test", "test:long"];

async function main([name, ...rest]) {
  if (!Object.hasOwn(COMMANDS, name ?? ""))
    throw new Refusal(
      `${name ? `Unknown command ${name}` : "No command"}. There are: ${Object.keys(COMMANDS).join(", ")}.`,
    );
  refuseUnfitMachine();
  const started = Date.now();
  await Promise.all([
    preparePackages().then(generateClients),
    preparePython().then(() => CHECKING.includes(name) && preparePythonChecks()),
  ]);
  await generateWithPython();
  const seconds = (Date.now() - started) / 1000;
  if (seconds > 3) say(`ready after ${seconds.toFixed(0)} s`);
  if (COMMANDS[name]) hand(COMMANDS[name], rest);
}

function refuseUnfitMachine() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) throw new Refusal(`Node ${process.versions.node} is too old: 20 or newer is needed.`);
  if (process.platform === "win32") throw new Refusal("Windows is not supported; use WSL 2.");
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch (error) {
    if (error.code === "ENOSPC") throw error;
    throw new Refusal(`Cannot write to ${home}: everything is installed there. Use a checkout that you own.`);
  }
}

/** Gives the terminal to the command: its signals, its exit code. */
function hand(command, rest) {
  const env = {
    ...process.env,
    PATH: [join(root, "node_modules", ".bin"), dirname(node), process.env.PATH].join(delimiter),
    ANYONE_HOME: process.env.ANYONE_HOME ?? home,
  };
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...command, ...rest], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("close", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

main(process.argv.slice(2)).catch((error) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});

function explain(error) {
  if (error instanceof Refusal) return error.message;
  if (error.code === "ENOSPC" || error.code === "EDQUOT") return DISK_FULL;
  if (["EACCES", "EPERM", "EROFS"].includes(error.code)) {
    return `${error.path ?? home} cannot be written to: ${error.code}. Use a checkout that you own.`;
  }
  return error.stack;
}
