import { randomBytes } from "node:crypto";
import { Socket } from "node:net";
import type { S3Environment } from "@anyone/storage/s3";
import { inject } from "vitest";
import { env, LOCAL_REDIS } from "./env.ts";
import { databaseUrl, withClient } from "./postgres.ts";
import type { PostgresStore, RedisStore, S3Store } from "./stores.ts";

/** The address of a fresh database with every migration applied. It is dropped when the test run ends. */
export async function createDatabase(): Promise<string> {
  const { adminUrl, template } = await ask<PostgresStore>("postgres");
  const name = `${template.replace(/_template$/, "")}_${randomBytes(5).toString("hex")}`;
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return databaseUrl(adminUrl, name);
}

/** A place of one's own on the queue's server: no other test sees what is under this address. */
export async function redisUrl(): Promise<string> {
  const { url, run } = await ask<RedisStore>("redis");
  return ownPlace(url, run);
}

/** Every queue server the conformance tests can reach: ours (or REDIS_URL), and a Redis of this machine when one answers. */
export async function redisServers(): Promise<{ name: string; url: string }[]> {
  const { run } = await ask<RedisStore>("redis");
  const first = { name: env.redisUrl ? "REDIS_URL" : "embedded Valkey", url: await redisUrl() };
  const local = { name: "the Redis of this machine", url: ownPlace(LOCAL_REDIS, run) };
  return !env.redisUrl && (await answers(LOCAL_REDIS)) ? [first, local] : [first];
}

/** A prefix of one's own in a real bucket: `openStore(url, environment)`. */
export async function s3(): Promise<{ url: string; environment: S3Environment }> {
  const { bucket, environment } = await ask<S3Store>("s3");
  return { url: `s3://${bucket}/${randomBytes(5).toString("hex")}`, environment };
}

async function ask<Answer>(kind: string): Promise<Answer> {
  const answer = await fetch(`${inject("stores")}/${kind}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`no ${kind} for the tests: ${text}`);
  return JSON.parse(text);
}

function ownPlace(server: string, run: string): string {
  const url = new URL(server);
  url.searchParams.set("prefix", `${run}-${randomBytes(5).toString("hex")}`);
  return url.href;
}

/** Whether a Redis without a password answers PING. */
function answers(server: string): Promise<boolean> {
  const { hostname, port } = new URL(server);
  return new Promise((resolve) => {
    const socket = new Socket();
    const settle = (up: boolean) => {
      socket.destroy();
      resolve(up);
    };
    socket.setTimeout(500, () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("data", (bytes) => settle(bytes.toString().startsWith("+PONG")));
    socket.connect(Number(port), hostname, () => socket.write("PING\r\n"));
  });
}
