import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fault } from "@anyone/domain/fault";
import { z } from "zod";

/** The checkout: everything of ours is run from its sources. */
export const checkout = resolve(import.meta.dirname, "..", "..", "..", "..");

/** Where one installation keeps its data, keys and logs: ANYONE_HOME, or `.anyone` in the checkout. */
export function homeFolder(): string {
  return resolve(process.env.ANYONE_HOME || join(checkout, ".anyone"));
}

const LEAST_FREE_BYTES = 1024 ** 3;

/** Makes the folder usable or says why it is not: not writable, or no room. */
export function prepareHome(home: string): void {
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
  if (bavail * bsize < LEAST_FREE_BYTES) {
    throw fault("bad-environment", `The disk of ${home} has less than 1 GiB free.`, {
      hint: "Free some room, or name a folder on another disk by ANYONE_HOME.",
    });
  }
}

const Secrets = z.object({ serviceToken: z.string().min(16), adminKey: z.string().min(16) });
export type Secrets = z.infer<typeof Secrets>;

/** The installation's secrets, made at its first start and readable by its owner only. */
export function loadSecrets(home: string): Secrets & { fresh: boolean } {
  const path = join(home, "secrets.json");
  try {
    return { ...Secrets.parse(JSON.parse(readFileSync(path, "utf8"))), fresh: false };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
      throw fault("bad-environment", `${path} is damaged.`, {
        cause: error,
        hint: "Remove it: new secrets are made, and API keys made before stay valid.",
      });
    }
  }
  const secrets = { serviceToken: secret("service"), adminKey: secret("any") };
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return { ...secrets, fresh: true };
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

/** Claims the folder for this process, or refuses with the pid of the one that holds it. */
export function claimHome(home: string): { publish(apiUrl: string): void; release(): void } {
  const running = holderOf(home);
  if (running) {
    throw fault("conflict", `${home} is in use by process ${running}.`, {
      hint: "`anyone status` shows it, `anyone down` stops it.",
    });
  }
  const lock = join(home, "anyone.pid");
  writeFileSync(lock, `${process.pid}\n`);
  return {
    publish(apiUrl) {
      const state: State = { pid: process.pid, apiUrl, startedAt: new Date().toISOString(), logs: join(home, "run") };
      writeFileSync(statePath(home), `${JSON.stringify(state, null, 2)}\n`);
    },
    release() {
      rmSync(statePath(home), { force: true });
      rmSync(lock, { force: true });
    },
  };
}

/** The pid of the live supervisor that holds the folder. */
export function holderOf(home: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(home, "anyone.pid"), "utf8"));
    return pid !== process.pid && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function statePath(home: string): string {
  return join(home, "state.json");
}

/** Whether the pid is a process of ours: after a reboot a number may be anybody's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("cli/src/main.ts");
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" && process.platform !== "linux";
  }
}
