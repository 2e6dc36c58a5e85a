import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@anyone/domain/fault";

/** A server that one of our processes started, as its user sees it. */
export interface Server {
  url: string;
  pid: number;
  /** Ends it in order and waits. May be called twice. */
  stop(): Promise<void>;
  /** Resolves when the server has ended for whatever reason. */
  ended: Promise<void>;
}

export interface Launch {
  name: string;
  command: string;
  args: readonly string[];
  /** What asks this server to end in order. */
  signal: "INT" | "TERM";
  /** Holds the server's log and the number of its process. */
  folder: string;
  environment?: Readonly<Record<string, string>>;
  owner?: { uid: number; gid: number } | undefined;
}

/**
 * Starts a server that can't outlive this process, however this process ends: a shell beside it holds one end of a
 * pipe and stops the server when our end closes. The server has a session of its own, so Ctrl-C in a terminal reaches
 * us first and everything that uses the server is closed before it.
 */
export async function launch(options: Launch): Promise<Omit<Server, "url">> {
  const log = openLog(options);
  const guard = spawn("/bin/sh", ["-c", GUARD, "sh", options.signal, options.command, ...options.args], {
    detached: true,
    stdio: ["ignore", log, log, "pipe"],
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C", ...options.environment },
    ...options.owner,
  });
  closeSync(log);
  const pipe = guard.stdio[3] as Duplex;
  pipe.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    guard.once("exit", () => resolve());
    guard.once("error", () => resolve());
  });
  const pid = await Promise.race([
    new Promise<number>((resolve) => pipe.once("data", (bytes: Buffer) => resolve(Number(bytes.toString())))),
    ended.then(() => undefined),
  ]);
  if (pid === undefined || !Number.isInteger(pid)) throw await startFault(options);
  try {
    await writeFile(join(options.folder, "server.pid"), String(pid));
  } catch (error) {
    // Nobody would find it later: a server without this note must not run.
    pipe.end();
    await ended;
    throw folderFault(`The note of ${options.name}'s process can't be written`, options.folder, error);
  }
  guard.unref();

  return {
    pid,
    ended,
    async stop() {
      guard.ref();
      pipe.end();
      await ended;
    },
  };
}

const LONGEST_LOG = 32 * 1024 ** 2;
/** Stands before what one start said, so that nobody takes an older start's last words for it. */
const BEGINS = "--- started";

/** Logs go on where they ended; one that has grown long is put beside, and the one that was there is dropped. */
function openLog(options: Launch): number {
  const path = logFile(options);
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LONGEST_LOG) renameSync(path, `${path}.1`);
    const log = openSync(path, "a", 0o640);
    writeSync(log, `${BEGINS} ${new Date().toISOString()}\n`);
    return log;
  } catch (error) {
    throw folderFault(`The log of ${options.name} can't be written`, options.folder, error);
  }
}

/**
 * The shell answers with the server's pid, then waits; its watcher wakes when the pipe closes, and is patient for 20 s.
 * The owner may be gone before the answer: the shell outlives that broken pipe, or nobody would end the server.
 */
export const GUARD = `
signal=$1; shift
"$@" 3<&- </dev/null &
server=$!
trap '' PIPE
echo $server >&3
(
  cat <&3 >/dev/null
  kill -s $signal $server
  patience=100
  while [ $patience -gt 0 ] && kill -0 $server; do sleep 0.2; patience=$((patience - 1)); done
  kill -s KILL $server
) 2>/dev/null 3<&3 &
watcher=$!
exec 3<&-
wait $server
kill $watcher 2>/dev/null
`;

/** Makes the folder a server keeps its things in, or says why it can't be made. */
export async function makeFolder(name: string, folder: string, mode?: number): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    if (mode !== undefined) await chmod(folder, mode);
  } catch (error) {
    throw folderFault(`The folder of ${name} can't be made`, folder, error);
  }
}

/** `what` is a beginning such as "The log of Valkey can't be written". */
function folderFault(what: string, folder: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const hint =
    code === "ENOSPC" ? "Free some space." : "Give this user the right to write there, or choose another folder.";
  return fault("bad-environment", `${what}: ${code}, ${folder}.`, { cause: error, hint });
}

/** A secret made at the first start and kept: after a restart the addresses that others hold are still good. */
export async function keptSecret(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const kept = await readFile(file, "utf8").catch(() => "");
  if (kept.trim() !== "") return kept.trim();
  const secret = randomBytes(18).toString("hex");
  try {
    // Half a secret must never be taken for one.
    await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw folderFault(`The secret "${name}" can't be kept`, folder, error);
  }
  return secret;
}

/** Waits until `ready` answers true; a server that ends before, or takes too long, is a fault with its last words. */
export async function untilReady(
  options: Launch,
  server: Omit<Server, "url">,
  ready: () => Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  let running = true;
  void server.ended.then(() => {
    running = false;
  });
  while (running && performance.now() < deadline) {
    if (await ready()) return;
    await sleep(20);
  }
  await server.stop();
  throw await startFault(options);
}

async function startFault(options: Launch): Promise<Error> {
  const log = await readFile(logFile(options), "utf8").catch(() => "");
  const said = log.slice(log.lastIndexOf(BEGINS)).trim().split("\n").slice(1);
  return fault("bad-environment", `${options.name} did not start: ${lastWords(said)}.`, {
    hint: `Its log is ${logFile(options)}.`,
  });
}

/** The last lines that were written for people; those of a log are JSON. */
function lastWords(lines: readonly string[]): string {
  const forPeople = lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("{"));
  return forPeople.slice(-3).join(" | ").replace(/\.$/, "") || "it said nothing";
}

function logFile({ folder }: Launch): string {
  return join(folder, "server.log");
}

/** A port to listen on at 127.0.0.1: the wanted one when it is free, else a fault; any free one when none is wanted. */
export async function choosePort(name: string, wanted?: number): Promise<number> {
  const found = await probe(wanted ?? 0);
  if (typeof found === "number") return found;
  if (found === "EACCES") {
    throw fault("bad-environment", `This user may not listen on the port ${wanted} that ${name} should have.`, {
      hint: "Choose a port above 1023.",
    });
  }
  throw fault("bad-environment", `The port ${wanted} that ${name} should listen on is taken.`, {
    hint: "Stop the program that uses it, or choose another port.",
  });
}

/** A port that is free, or the code of the error why the wanted one can't be had. */
function probe(port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : "no port"));
    });
  });
}

/**
 * Ends a server that an earlier, crashed owner of the folder left behind. After a reboot its number may be anybody's, so
 * the process must also bear `mark` in its command line.
 */
export async function endLeftOver(folder: string, signal: "INT" | "TERM", mark: string): Promise<void> {
  const pid = Number(await readFile(join(folder, "server.pid"), "utf8").catch(() => ""));
  if (!Number.isInteger(pid) || pid <= 0) return;
  const isOurs = async () => (await commandLine(pid)).includes(mark);
  if (await isOurs()) kill(pid, `SIG${signal}`);
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (!(await isOurs())) return;
    await sleep(50);
  }
  kill(pid, "SIGKILL");
  await sleep(200);
}

async function commandLine(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.replaceAll("\0", " ");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
