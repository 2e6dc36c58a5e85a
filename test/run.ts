/**
 * `npm test`: Vitest and pytest, one after the other on the same two cores, and one closing line over both:
 * `N passed, N failed, N skipped`. Exits non-zero when anything failed, when nothing ran, or when a runner broke.
 * Arguments name the test files to run. With `--long` first (`npm run test:long`) these are the long ones, and only they.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

const root = join(import.meta.dirname, "..");
const results = join(root, ".anyone", "test-results");
const long = process.argv[2] === "--long";
const only = process.argv.slice(long ? 3 : 2);

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const tallies = [
  await vitest(only),
  only.length === 0 && !long ? await pytest() : { passed: 0, failed: 0, skipped: 0 },
];
const total = tallies.reduce((sum, tally) => ({
  passed: sum.passed + tally.passed,
  failed: sum.failed + tally.failed,
  skipped: sum.skipped + tally.skipped,
}));
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

async function vitest(filters: readonly string[]): Promise<Tally> {
  const file = join(results, "vitest.json");
  const code = await run(join(root, "node_modules", ".bin", "vitest"), [
    "run",
    ...(long ? ["--config", "vitest.long.config.ts"] : []),
    ...filters,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
      numFailedTestSuites: number;
      numPendingTests: number;
      numTodoTests: number;
    };
    const failed = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0, code === 0 ? 0 : 1);
    return { passed: report.numPassedTests, failed, skipped: report.numPendingTests + report.numTodoTests };
  } catch {
    process.stderr.write("Vitest left no results: it broke before its first test.\n");
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function pytest(): Promise<Tally> {
  const file = join(results, "pytest.xml");
  const code = await run(join(root, ".anyone", "python", "bin", "python"), [
    "-m",
    "pytest",
    "-q",
    "services/gpu-worker/tests",
    `--junitxml=${file}`,
  ]);
  try {
    const xml = readFileSync(file, "utf8");
    const count = (name: string) => Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(xml)?.[1] ?? 0);
    const broken = count("failures") + count("errors");
    return {
      passed: count("tests") - broken - count("skipped"),
      failed: Math.max(broken, code === 0 ? 0 : 1),
      skipped: count("skipped"),
    };
  } catch {
    process.stderr.write("pytest left no results: it broke before its first test.\n");
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function run(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const env = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
    const child = spawn(program, args, { cwd: root, env, stdio: "inherit" });
    child.on("error", () => resolve(1));
    child.on("close", (code) => resolve(code ?? 1));
  });
}
