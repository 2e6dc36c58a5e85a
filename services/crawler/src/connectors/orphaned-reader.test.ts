import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loopingParquet } from "./long-lists.fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "orphaned-reader-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What Linux tells of a process: its parent, and the hundredths of seconds that it computed; undefined when it is gone. */
async function stat(pid: number): Promise<{ parent: number; ticks: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const [state, parent, ...rest] = text?.slice(text.lastIndexOf(")") + 2).split(" ") ?? ["Z"];
  return state === "Z" ? undefined : { parent: Number(parent), ticks: Number(rest[9]) + Number(rest[10]) };
}

async function childOf(pid: number): Promise<number | undefined> {
  for (const name of await readdir("/proc")) {
    if (/^\d+$/.test(name) && (await stat(Number(name)))?.parent === pid) return Number(name);
  }
  return undefined;
}

/** Hundredths of seconds in which a reader has long started and read such a file. */
const READ = 250;

describe.skipIf(process.platform !== "linux")("a reader of parquet in an endless decode", () => {
  it("ends when its crawler was killed without a word", { timeout: 60_000 }, async () => {
    const file = join(folder, "looping.parquet");
    await writeFile(file, await loopingParquet(folder));
    const fixture = new URL("./reading-parent.fixture.ts", import.meta.url).pathname;
    const parent = spawn(process.execPath, [fixture, file], { stdio: "ignore" });
    let reader: number | undefined;
    try {
      const looping = async () => {
        reader = await childOf(parent.pid as number);
        return reader !== undefined && ((await stat(reader))?.ticks ?? 0) > READ;
      };
      await expect.poll(looping, { timeout: 30_000 }).toBe(true);
      const gone = once(parent, "exit");
      parent.kill("SIGKILL");
      await gone;
      await expect.poll(() => stat(reader as number), { timeout: 10_000 }).toBeUndefined();
    } finally {
      parent.kill("SIGKILL");
      if (reader !== undefined && (await stat(reader))) process.kill(reader, "SIGKILL");
    }
  });
});
