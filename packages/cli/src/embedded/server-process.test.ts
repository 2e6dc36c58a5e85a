import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import type { Duplex } from "node:stream";
import { expect, it } from "vitest";
import { GUARD } from "./server-process.ts";

it("leaves no server behind when its owner is gone before it heard the server's number", async () => {
  const seconds = (60 + Math.random()).toFixed(9);
  const guard = spawn("/bin/sh", ["-c", GUARD, "sh", "TERM", "/bin/sleep", seconds], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  // what the kernel does with our end when we are killed
  (guard.stdio[3] as Duplex).destroy();
  await once(guard, "exit");
  expect(await running(`/bin/sleep ${seconds}`)).toEqual([]);
});

/** Numbers of the processes with exactly this command line. */
async function running(line: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return pids.filter((_, index) => lines[index]?.replaceAll("\0", " ").trim() === line);
}
