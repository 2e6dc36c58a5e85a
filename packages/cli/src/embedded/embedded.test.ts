import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startPostgres } from "./postgres.ts";
import type { Server } from "./server-process.ts";
import { startValkey } from "./valkey.ts";

const stores = [
  { name: "PostgreSQL", start: startPostgres, module: "postgres.ts", call: "startPostgres" },
  { name: "Valkey", start: startValkey, module: "valkey.ts", call: "startValkey" },
];

describe.each(stores)("the embedded $name", ({ name, start, module, call }) => {
  let dir: string;
  const running: Server[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "anyone-embedded-"));
    // As root the server runs as another user, who must be able to enter.
    await chmod(dir, 0o755);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    await rm(dir, { recursive: true, force: true });
  });
  async function open(port?: number): Promise<Server> {
    const server = await start({ dir: join(dir, "store"), port });
    running.push(server);
    return server;
  }
  const portOf = ({ url }: Server) => Number(new URL(url).port);

  it("starts again on the same folder and port after it was stopped", async () => {
    const first = await open();
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await open(portOf(first));
    expect(second.url).toBe(first.url);
  });

  it("says that its port is taken", async () => {
    const first = await open();
    await expect(start({ dir: join(dir, "other"), port: portOf(first) })).rejects.toMatchObject({
      code: "bad-environment",
      message: `The port ${portOf(first)} that ${name} should listen on is taken.`,
    });
  });

  it("says that its folder can't be made", async () => {
    await writeFile(join(dir, "file"), "");
    await expect(start({ dir: join(dir, "file", "store") })).rejects.toMatchObject({
      code: "bad-environment",
      message: expect.stringContaining(`The folder of ${name} can't be made: ENOTDIR`),
    });
  });

  it("ends with the process that started it, even when that is killed, and starts again after", async () => {
    const url = new URL(module, import.meta.url);
    const script = `import { ${call} } from ${JSON.stringify(fileURLToPath(url))};
      const server = await ${call}({ dir: ${JSON.stringify(join(dir, "store"))} });
      console.log(server.pid); setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(owner.stdout, "data");
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);
    owner.kill("SIGKILL");
    await open();
    expect(isAlive(pid)).toBe(false);
  });

  it("is not stopped by the number of a stranger in its folder", async () => {
    const first = await open();
    await first.stop();
    await writeFile(join(dir, "store", "server.pid"), String(process.pid));
    const second = await open();
    await sleep(50);
    expect(isAlive(second.pid)).toBe(true);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
