import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { home, Refusal, root } from "./step.mjs";

/**
 * Runs a program with its output in `.anyone/logs/<log>.log`. Resolves on exit code 0; otherwise refuses with the last
 * lines of that log, because they usually say what is wrong.
 */
export function runCommand(program, args, { log, env = {}, cwd = root }) {
  const path = join(home, "logs", `${log}.log`);
  mkdirSync(join(home, "logs"), { recursive: true });
  const out = createWriteStream(path);
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.pipe(out, { end: false });
    child.stderr.pipe(out, { end: false });
    child.on("error", (error) => reject(new Refusal(`${program} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      out.end(() => {
        if (code === 0) return resolve();
        const tail = readFileSync(path, "utf8").trimEnd().split("\n").slice(-15).join("\n");
        reject(new Refusal(`${basename(program)} ${args[0] ?? ""} ended with ${code}. The end of ${path}:\n${tail}`));
      });
    });
  });
}
