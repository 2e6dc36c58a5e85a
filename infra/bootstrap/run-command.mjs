import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, statfsSync } from "node:fs";
import { basename, join } from "node:path";
import { DISK_FULL, home, Refusal, root } from "./step.mjs";

/** Programs that run now. They are groups of their own, so that an installer's children end with it, and with us. */
const running = new Set();
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
process.on("exit", () => running.forEach(end));

/**
 * Runs a program with its output in `.anyone/logs/<log>.log`. Resolves on exit code 0; otherwise refuses with the last
 * lines of that log, because they usually say what is wrong.
 */
export function runCommand(program, args, { log, env = {}, cwd = root }) {
  const path = join(home, "logs", `${log}.log`);
  mkdirSync(join(home, "logs"), { recursive: true });
  const out = openSync(path, "w");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", out, out],
      detached: true,
    });
    closeSync(out);
    track(child);
    child.on("error", (error) => {
      untrack(child);
      const why = error.code === "ENOENT" ? "it is not installed, or not in PATH" : error.message;
      reject(new Refusal(`${program} could not be started: ${why}.`));
    });
    child.on("close", (code) => {
      untrack(child);
      if (code === 0) return resolve();
      const said = readFileSync(path, "utf8").trimEnd();
      // On a full disk the log may have lost the very words that say so.
      if (/ENOSPC|No space left on device/i.test(said) || isFull()) return reject(new Refusal(DISK_FULL));
      const tail = said.split("\n").slice(-15).join("\n");
      reject(new Refusal(`${basename(program)} ${args[0] ?? ""} ended with ${code}. The end of ${path}:\n${tail}`));
    });
  });
}

const FULL_BYTES = 16 * 1024 ** 2;

function isFull() {
  const { bavail, bsize } = statfsSync(home);
  return bavail * bsize < FULL_BYTES;
}

function track(child) {
  if (running.size === 0) for (const signal of SIGNALS) process.on(signal, stop);
  running.add(child);
}

function untrack(child) {
  running.delete(child);
  if (running.size === 0) for (const signal of SIGNALS) process.off(signal, stop);
}

function stop() {
  process.stderr.write("· stopped; the same command goes on where this one was\n");
  process.exit(130);
}

function end(child) {
  try {
    process.kill(-child.pid, "SIGTERM");
  } catch {
    // It has ended already.
  }
}
