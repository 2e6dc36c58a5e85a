import { spawn } from "node:child_process";
import { join } from "node:path";
import { fault } from "@anyone/domain/fault";
import { checkout } from "../up/home.ts";

/** Python of the checkout, and a script of the vision package, as a step's first arguments. */
export const python = join(checkout, ".anyone/python/bin/python");
export const visionScript = (name: string) => [
  "--disable-warning=ExperimentalWarning",
  join(checkout, "packages/vision/src", name),
];

/**
 * Runs a step on one thread, in the worker's folder, and gives what it said.
 *
 * @param say hears the last line of what it says while it runs
 * @throws Fault `bad-environment` with the last line of its complaint
 */
export function runStep(
  program: string,
  args: readonly string[],
  say?: (line: string) => void,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((done, failed) => {
    const env = { ...process.env, OMP_NUM_THREADS: "1", ...environment };
    const child = spawn(program, args, { cwd: join(checkout, "services/gpu-worker"), env });
    let [said, wrong] = ["", ""];
    const heard = (chunk: Buffer) => {
      const last = chunk.toString().trim().split("\n").at(-1);
      if (last) say?.(last);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk;
      if (program === python) heard(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      wrong = `${wrong}${chunk}`.slice(-4096);
      if (program !== python) heard(chunk);
    });
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) return done(said);
      const why = wrong.trim().split("\n").at(-1) || `exit code ${code}`;
      failed(fault("bad-environment", `A step failed: ${why}.`, { hint: "`npm run setup` installs what it needs." }));
    });
  });
}
