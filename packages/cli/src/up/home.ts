import { randomBytes } from "node:crypto";
import {
  accessSync,
  constants,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fault } from "@anyone/domain/fault";
import { z } from "zod";

/** The checkout: everything of ours is run from its sources. */
export const checkout = resolve(import.meta.dirname, "..", "..", "..", "..");

/** Where one installation keeps its data, keys and logs: ANYONE_HOME, or `.anyone` in the checkout. */
export function homeFolder(): string {
  return resolve(process.env.ANYONE_HOME || join(checkout, ".anyone"));
}

const GIB = 1024 ** 3;

/** Makes the folder usable or says why it is not: not writable, or less than `leastFree` bytes of room. */
export function prepareHome(home: string, leastFree = GIB): void {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch (error) {
    throw fault("bad-environment", `${home} cannot be written to.`, {
      cause: error,
      hint: "Use a folder that you own, or name another by ANYONE_HOME.",
    });
  }
  const { bavail, bsize } = statfsSync(home);
  if (bavail * bsize < leastFree) {
    throw fault("bad-environment", `The disk of ${home} has less than ${Math.ceil(leastFree / GIB)} GiB free.`, {
      hint: "Free some room, or name a folder on another disk by ANYONE_HOME.",
    });
  }
}

const Secrets = z.object({
  serviceToken: z.string().min(16),
  adminKey: z.string().min(32),
  /** Whether a person has seen the key: a first start that failed has not shown it. */
  keyShown: z.boolean().default(true),
});
export type Secrets = z.infer<typeof Secrets>;

/** The installation's secrets, made at its first start and readable by its owner only. */
export function loadSecrets(home: string): Secrets {
  const known = readSecrets(home);
  if (known) return known;
  const made = { serviceToken: secret("service"), adminKey: secret("anyone"), keyShown: false };
  writeWhole(secretsPath(home), made);
  return made;
}

/** The installation's secrets, or undefined before its first start. */
export function readSecrets(home: string): Secrets | undefined {
  const path = secretsPath(home);
  try {
    return Secrets.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return undefined;
    if (code === "EACCES" || code === "EPERM") {
      throw fault("bad-environment", `This user may not read ${path}.`, {
        cause: error,
        hint: "Run the command as the user who started the platform, or set API_URL and API_KEY.",
      });
    }
    throw fault("bad-environment", `${path} is damaged.`, {
      cause: error,
      hint: "Remove it and start again: new secrets are made, and API keys made before stay valid.",
    });
  }
}

/** From now on the key is not shown again. */
export function noteKeyShown(home: string): void {
  writeWhole(secretsPath(home), { ...loadSecrets(home), keyShown: true });
}

function secretsPath(home: string): string {
  return join(home, "secrets.json");
}

function secret(prefix: string): string {
  return `${prefix}_${randomBytes(24).toString("base64url")}`;
}

/** What a running installation tells other commands about itself. */
const State = z.object({ pid: z.number().int(), apiUrl: z.string(), startedAt: z.string(), logs: z.string() });
export type State = z.infer<typeof State>;

/** The running installation of this folder, or undefined when none runs; what a crash left behind counts as none. */
export function runningState(home: string): State | undefined {
  try {
    const state = State.parse(JSON.parse(readFileSync(statePath(home), "utf8")));
    return isAlive(state.pid) ? state : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Claims the folder for this process until it ends, or refuses with the pid of the one that holds it. Of several that
 * start at once exactly one gets it: the claim is a link, which the file system makes once.
 */
export function claimHome(home: string): { publish(apiUrl: string): void; release(): void } {
  const lock = join(home, "anyone.pid");
  const own = `${lock}.${process.pid}`;
  writeFileSync(own, `${process.pid}\n`);
  try {
    if (!link(own, lock)) {
      refuseWhileHeld(home);
      setAside(lock, own);
      if (!link(own, lock)) refuseWhileHeld(home);
    }
  } finally {
    rmSync(own, { force: true });
  }
  const release = () => {
    if (pidIn(lock) !== process.pid) return;
    rmSync(statePath(home), { force: true });
    rmSync(lock, { force: true });
  };
  process.once("exit", release);
  return {
    publish(apiUrl) {
      const state: State = { pid: process.pid, apiUrl, startedAt: new Date().toISOString(), logs: join(home, "run") };
      writeWhole(statePath(home), state);
    },
    release,
  };
}

function refuseWhileHeld(home: string): void {
  const holder = holderOf(home);
  if (holder === undefined) return;
  throw fault("conflict", `${home} is in use by process ${holder}.`, {
    hint: "`anyone status` shows it, `anyone down` stops it.",
  });
}

/** Moves a dead process's claim away. When another starter was faster, it is that one's claim: it goes back. */
function setAside(lock: string, own: string): void {
  const aside = `${own}.stale`;
  try {
    renameSync(lock, aside);
    const pid = pidIn(aside);
    if (pid !== undefined && isAlive(pid)) link(aside, lock);
  } catch {
    // Another starter has set it aside already.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** False when the name is taken. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** The pid of the live supervisor that holds the folder, if it is another than this process. */
export function holderOf(home: string): number | undefined {
  const pid = pidIn(join(home, "anyone.pid"));
  return pid !== undefined && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

function pidIn(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function statePath(home: string): string {
  return join(home, "state.json");
}

/** Readable by its owner only, and never seen half written. */
function writeWhole(path: string, value: unknown): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, path);
}

/** Whether the pid is a process of ours: after a reboot a number may be anybody's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  if (process.platform !== "linux") return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("cli/src/main.ts");
  } catch {
    return false;
  }
}
