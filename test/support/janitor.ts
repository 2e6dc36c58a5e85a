import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { checkServer } from "@anyone/queues/redis";
import { removeKeys } from "@anyone/queues/wipe";
import { removeBucket } from "@anyone/storage/s3";
import { env, LOCAL_REDIS, s3Environment } from "./env.ts";
import { withClient } from "./postgres.ts";

/**
 * A process beside the test run that removes what the run leaves, however the run ends: its folder, and on servers that
 * the tests did not start its databases, queues and bucket. It wakes when the run closes the pipe between them.
 */
export function hireJanitor(folder: string, run: string): () => Promise<void> {
  const janitor = spawn(process.execPath, [fileURLToPath(import.meta.url), folder, run], {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const pipe = janitor.stdio[3] as Duplex;
  pipe.on("error", () => {});
  (pipe as Socket).unref();
  janitor.unref();
  const gone = new Promise<void>((resolve) => janitor.once("exit", () => resolve()));
  return async () => {
    janitor.ref();
    pipe.end();
    await gone;
  };
}

async function clean(folder: string, run: string): Promise<void> {
  const pids = serverPids(folder);
  for (let waited = 0; waited < 30_000 && pids.some(isAlive); waited += 100) await sleep(100);
  rmSync(folder, { recursive: true, force: true });
  // What one server refuses keeps nothing on the others.
  await Promise.allSettled([
    cleanRedis(env.redisUrl, run),
    cleanRedis(LOCAL_REDIS, run),
    env.databaseUrl && dropDatabases(env.databaseUrl, run),
    env.s3Endpoint && removeBucket({ bucket: run.replaceAll("_", "-"), ...s3Environment() }),
  ]);
}

function serverPids(folder: string): number[] {
  try {
    return readdirSync(folder).map((server) => Number(readFileSync(join(folder, server, "server.pid"), "utf8")));
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function cleanRedis(server: string | undefined, run: string): Promise<void> {
  if (server === undefined) return;
  await checkServer(server);
  await removeKeys(server, `${run}*`);
}

const DROPS_AT_ONCE = 8;

/** Each drop waits for a checkpoint; those that come together share one. */
async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  const found = await withClient(adminUrl, (client) =>
    client.query<{ datname: string }>("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [prefix]),
  );
  const names = found.rows.map(({ datname }) => datname);
  const dropSome = () =>
    withClient(adminUrl, async (client) => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }
    });
  await Promise.all(Array.from({ length: DROPS_AT_ONCE }, dropSome));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , folder = "", run = ""] = process.argv;
  new Socket({ fd: 3 }).resume().once("close", () => void clean(folder, run).finally(() => process.exit()));
}
