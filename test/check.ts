/**
 * `npm run check`: format, lint, types, unused code, architecture and the Python checks, each as one line. What CI runs,
 * a person can run; a warning is a failure.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const python = join(root, ".anyone", "python", "bin", "python");

const CHECKS: readonly { name: string; program: string; args: readonly string[] }[] = [
  { name: "format and lint (biome)", program: "biome", args: ["check", "--error-on-warnings"] },
  { name: "type-aware lint (oxlint)", program: "oxlint", args: ["--type-aware", "--deny-warnings"] },
  { name: "types (tsc)", program: "tsc", args: ["-b"] },
  { name: "unused code (knip)", program: "knip", args: ["--no-config-hints"] },
  { name: "gRPC contracts (buf)", program: "buf", args: ["lint", "packages/grpc"] },
  { name: "architecture", program: "vitest", args: ["run", "test/architecture.test.ts", "--reporter=dot"] },
  { name: "Python lint (ruff)", program: python, args: ["-m", "ruff", "check", "services/gpu-worker"] },
  { name: "Python format (ruff)", program: python, args: ["-m", "ruff", "format", "--check", "services/gpu-worker"] },
  {
    name: "Python types (mypy)",
    program: python,
    args: ["-m", "mypy", "--config-file", "services/gpu-worker/pyproject.toml", "services/gpu-worker/anyone_gpu"],
  },
];

let failed = 0;
for (const check of CHECKS) {
  const started = Date.now();
  const { code, output } = await run(check.program, check.args);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${check.name} (${seconds} s)\n`);
  if (code !== 0) {
    failed += 1;
    process.stdout.write(`${output.trimEnd()}\n`);
  }
}
process.stdout.write(failed === 0 ? "all checks passed\n" : `${failed} of ${CHECKS.length} checks failed\n`);
process.exit(failed === 0 ? 0 : 1);

function run(program: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const path = `${join(root, "node_modules", ".bin")}:${join(root, "packages", "grpc", "node_modules", ".bin")}:${process.env.PATH}`;
    const child = spawn(program, args, { cwd: root, env: { ...process.env, PATH: path } });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
