// The Python environment of the GPU worker and the embedded queue backend, under .anyone/python; for tests and checks, their packages too.
import { execFileSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";
import { DISK_FULL, home, Refusal, step } from "./step.mjs";

const LOCK = "services/gpu-worker/requirements.lock";
const CHECKS_LOCK = "services/gpu-worker/requirements-checks.lock";
const TORCH = "torch==2.13.0";
/** PyTorch's own index of its builds without CUDA. On Linux those of PyPI bring 4 GB of libraries that only an NVIDIA GPU uses. */
const CPU_BUILDS = "https://download.pytorch.org/whl/cpu";
const folder = join(home, "python");

export async function preparePython() {
  const base = basePython();
  await step("Python environment (PyTorch and the locked packages)", {
    inputs: [LOCK, `=${TORCH}`, `=${base.version}`],
    outputs: [".anyone/python/bin/python"],
    work: async () => {
      rmSync(folder, { recursive: true, force: true });
      try {
        await runCommand(base.path, ["-m", "venv", folder], { log: "python-venv" });
      } catch (error) {
        if (error.message === DISK_FULL) throw error;
        throw new Refusal(
          `${base.path} cannot make a virtual environment. On Debian or Ubuntu: apt install python3-venv; ` +
            `or name another Python by ANYONE_PYTHON.\n${error.message}`,
        );
      }
      await pip([TORCH, ...buildsWithoutCuda()], "python-torch");
      await pip(["--require-hashes", "--no-deps", "-r", LOCK], "python-packages");
    },
  });
}

/** What tests and checks need beside it: 270 MB that a person who only runs the platform is spared. */
export async function preparePythonChecks() {
  await step("Python packages of tests and checks", {
    inputs: [LOCK, CHECKS_LOCK],
    outputs: [".anyone/python/bin/pytest"],
    work: () => pip(["--require-hashes", "--no-deps", "-r", CHECKS_LOCK], "python-checks"),
  });
}

function pip(args, log) {
  return runCommand(
    join(folder, "bin", "python"),
    ["-m", "pip", "install", "--disable-pip-version-check", "--no-compile", ...args],
    { log },
  );
}

/** Where nothing tells pip where to look and no NVIDIA driver is there. An index out of reach costs a second, then PyPI's build it is. */
function buildsWithoutCuda() {
  if (process.platform !== "linux" || ["/dev/nvidiactl", "/dev/dxg"].some((path) => existsSync(path))) return [];
  const configured = execFileSync(join(folder, "bin", "python"), ["-m", "pip", "config", "list"], { encoding: "utf8" });
  if (/index-url|find-links|no-index/.test(configured)) return [];
  return ["--extra-index-url", CPU_BUILDS, "--retries", "1"];
}

/** The first Python >= 3.11 among ANYONE_PYTHON, python3 and the versioned names. */
function basePython() {
  const named = process.env.ANYONE_PYTHON;
  const candidates = named ? [named] : ["python3", "python3.11", "python3.12", "python3.13", "python3.14", "python"];
  const seen = [];
  for (const path of candidates) {
    try {
      const version = execFileSync(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
      const [major, minor] = version.split(".").map(Number);
      if (major === 3 && minor >= 11) return { path, version };
      seen.push(`${path} is ${version}`);
    } catch {
      // not there: the next name
    }
  }
  throw new Refusal(
    `Python 3.11 or newer is needed and was not found${seen.length > 0 ? ` (${seen.join(", ")})` : ""}. ` +
      "Install it, or name one by ANYONE_PYTHON=/path/to/python3.",
  );
}
