import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";

const LOGGER = new URL("./logger.ts", import.meta.url).href;
const LINES = 20_000;
const script = `
  import { logger } from ${JSON.stringify(LOGGER)};
  const log = logger("test");
  for (let n = 0; n < ${LINES}; n++) log.info({ n }, "a line of a service that works");
  setTimeout(() => process.stderr.write("went on"), 100);`;

/** A process that logs to a file of this machine, and how it ended. */
async function logTo(path: string) {
  const file = openSync(path, "w");
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", file, "pipe"],
    timeout: 15_000,
    killSignal: "SIGKILL",
  });
  closeSync(file);
  let said = "";
  child.stderr?.on("data", (bytes) => (said += bytes));
  const [code] = await once(child, "close");
  return { code, said };
}

describe("a service's log", () => {
  it("does not stop the service when its disk is full", async () => {
    expect(await logTo("/dev/full")).toEqual({ code: 0, said: "went on" });
  });

  it("does not hold it up otherwise", async () => {
    expect(await logTo("/dev/null")).toEqual({ code: 0, said: "went on" });
  });
});
