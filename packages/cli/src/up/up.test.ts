import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
let home: string;
let port: number;
const started: ChildProcess[] = [];
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "anyone-up-"));
  // As root the embedded PostgreSQL runs as another user, who must be able to enter.
  await chmod(home, 0o755);
  port = await freePort();
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await until("every process to end", () => ours().length === 0);
  await rm(home, { recursive: true, force: true });
}, 60_000);

/** The command in a process of its own, and what it says. */
function anyone(command: string, environment: Record<string, string> = {}) {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, ANYONE_HOME: home, API_PORT: String(port), LOG_LEVEL: "warn", ...environment };
  const child = spawn(process.execPath, [MAIN, ...command.split(" ")], { env, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", (bytes) => {
    said.out += bytes;
  });
  child.stderr.on("data", (bytes) => {
    said.err += bytes;
  });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

/** Every process that runs from the test's folder: it is in its environment or on its command line. */
function ours(): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      const all = line + readFileSync(`/proc/${pid}/environ`, "utf8");
      return line !== "" && all.includes(home) ? [`${pid} ${line}`] : [];
    } catch {
      return [];
    }
  });
}

async function until(what: string, look: () => boolean | Promise<boolean>, withinMs = 90_000): Promise<void> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(100)) if (await look()) return;
  throw new Error(`not in time: ${what}; there are ${ours().join("; ")}`);
}

/** A port below those that the system hands out: other tests' servers would take it between this start and the next. */
async function freePort(): Promise<number> {
  for (;;) {
    const wanted = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(wanted, "127.0.0.1", () => resolve(true));
    });
    await new Promise((closed) => server.close(closed));
    if (free) return wanted;
  }
}

const pidOf = (name: string) => Number(readFileSync(join(home, name, "server.pid"), "utf8"));
const health = () =>
  fetch(`http://127.0.0.1:${port}/health`).then(
    ({ status }) => status,
    () => 0,
  );

describe("the platform on one machine", () => {
  let up: ReturnType<typeof anyone>;

  it("leaves nothing that runs when it is killed in the middle of its start", async () => {
    const { child, said } = anyone("up");
    await until("its first services", () => said.err.includes("starting the services"));
    await until("a service", () => ours().some((line) => line.includes("/services/")));
    child.kill("SIGKILL");
    await until("its processes to end", () => ours().length === 0);
  }, 200_000);

  it("says which variable keeps which service from starting, and starts nothing again", async () => {
    const { code, err } = await anyone("up", { CONTACT: "nobody" }).ended;
    expect(code).toBe(1);
    expect(err.trim().split("\n").at(-1)).toMatch(
      /^crawler did not start: The environment is not usable: CONTACT: expected an e-mail address .* Its log is /,
    );
    expect(err).not.toContain("starting it again");
    // the watches over servers look five times a second whether their owner lives
    await expect.poll(ours, { timeout: 5_000 }).toEqual([]);
  }, 200_000);

  it("starts on what was left, and shows the key that nobody has seen", async () => {
    up = anyone("up --json");
    await until("its address", () => up.said.out.includes("}") || up.child.exitCode !== null);
    expect(up.said.err).toBe("");
    expect(JSON.parse(up.said.out)).toEqual({
      url: `http://127.0.0.1:${port}`,
      pid: up.child.pid,
      key: expect.stringMatching(/^anyone_.{32,}/),
    });
  }, 200_000);

  it("refuses a second start on the same folder with the first one's pid", async () => {
    const { code, err } = await anyone("up").ended;
    expect(code).toBe(1);
    expect(err).toBe(
      `${home} is in use by process ${up.child.pid}. \`anyone status\` shows it, \`anyone down\` stops it.\n`,
    );
    expect(await health(), up.said.err).toBe(200);
  }, 60_000);

  it("refuses another folder on the same port", async () => {
    const other = await mkdtemp(join(tmpdir(), "anyone-up-other-"));
    const env = { PATH: process.env.PATH, ANYONE_HOME: other, API_PORT: String(port) };
    const child = spawn(process.execPath, [MAIN, "up"], { env, stdio: ["ignore", "ignore", "pipe"] });
    const [said] = await once(child.stderr, "data");
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(String(said)).toBe(
      `The port ${port} that the API should listen on is taken. Stop the program that uses it, or choose another port.\n`,
    );
    await rm(other, { recursive: true });
  }, 60_000);

  it("shows its seven stages to other commands", async () => {
    const { code, out } = await anyone("status --json").ended;
    expect(code).toBe(0);
    const { stages, pid } = JSON.parse(out) as { stages: { stage: string }[]; pid: number };
    expect(pid).toBe(up.child.pid);
    expect(stages.map(({ stage }) => stage)).toEqual("source filter annotate review release train evaluate".split(" "));
  }, 60_000);

  it("starts again what was killed: a service, and a store at the same address", async () => {
    const [api, valkey] = [pidOf("run/api"), pidOf("valkey")];
    process.kill(valkey, "SIGKILL");
    process.kill(api, "SIGKILL");
    await until(
      "both again",
      async () => pidOf("run/api") !== api && pidOf("valkey") !== valkey && (await health()) === 200,
    );
    expect((await anyone("status --json").ended).code).toBe(0);
  }, 120_000);

  it("stops at `down`, and leaves neither a process nor a claim", async () => {
    const { code, out } = await anyone("down --json").ended;
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { stopped: true, pid: up.child.pid } });
    expect((await up.ended).code).toBe(0);
    // the watches over servers look five times a second whether their owner lives
    await expect.poll(ours, { timeout: 5_000 }).toEqual([]);
    expect((await readdir(home)).sort()).toEqual(["objects", "postgres", "run", "secrets.json", "valkey"]);
  }, 120_000);
});
