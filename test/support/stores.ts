import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@anyone/cli/embedded/postgres";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { startWeed } from "@anyone/cli/embedded/weed";
import { migrate } from "@anyone/db/migrate";
import { ensureBucket, type S3Environment } from "@anyone/storage/s3";
import { env, s3Environment } from "./env.ts";
import { hireJanitor } from "./janitor.ts";
import { databaseUrl, withClient } from "./postgres.ts";

export interface PostgresStore {
  /** A database one may connect to in order to make others. */
  adminUrl: string;
  /** A migrated database to copy from; nobody connects to it. */
  template: string;
}

export interface RedisStore {
  /** The server with the prefix of this run: nothing of anybody else lies under it. */
  url: string;
  /** Every other prefix of this run begins with this name. */
  run: string;
}

export interface S3Store {
  bucket: string;
  environment: S3Environment;
}

/** The servers of one test run: each is started when first asked for, and all traces of it are removed by `close`. */
export interface Stores {
  postgres(): Promise<PostgresStore>;
  redis(): Promise<RedisStore>;
  s3(): Promise<S3Store>;
  close(): Promise<void>;
}

/** `durable: false` trades the survival of a power cut for speed; measurements want `true`. */
export function openStores({ durable = false }: { durable?: boolean } = {}): Stores {
  // On a server that others use too, a number alone may be another run's, or the beginning of its number.
  const run = `anyone_test_${process.pid}_${randomBytes(3).toString("hex")}`;
  const folder = join(fileURLToPath(new URL("../../.anyone/test", import.meta.url)), String(process.pid));
  const started: Server[] = [];
  let janitor: (() => Promise<void>) | undefined;

  async function keep<S extends Server>(start: Promise<S>): Promise<S> {
    const server = await start;
    started.push(server);
    return server;
  }

  async function postgres(): Promise<PostgresStore> {
    janitor ??= hireJanitor(folder, run);
    const settings: Record<string, string> = durable
      ? {}
      : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
    const adminUrl = env.databaseUrl ?? (await keep(startPostgres({ dir: join(folder, "postgres"), settings }))).url;
    const template = `${run}_template`;
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${template}`));
    await migrate(databaseUrl(adminUrl, template));
    return { adminUrl, template };
  }

  async function redis(): Promise<RedisStore> {
    janitor ??= hireJanitor(folder, run);
    const url = new URL(env.redisUrl ?? (await keep(startValkey({ dir: join(folder, "valkey") }))).url);
    url.searchParams.set("prefix", run);
    return { url: url.href, run };
  }

  async function s3(): Promise<S3Store> {
    janitor ??= hireJanitor(folder, run);
    const bucket = run.replaceAll("_", "-");
    const environment = env.s3Endpoint ? s3Environment() : await ownS3();
    await ensureBucket({ bucket, ...environment });
    return { bucket, environment };
  }

  async function ownS3(): Promise<S3Environment> {
    const server = await keep(startWeed({ dir: join(folder, "weed") }));
    return {
      S3_ENDPOINT: server.url,
      AWS_ACCESS_KEY_ID: server.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
    };
  }

  return {
    postgres: once(postgres),
    redis: once(redis),
    s3: once(s3),
    async close() {
      await Promise.all(started.map((server) => server.stop()));
      await janitor?.();
    },
  };
}

/** The same promise for every caller; the work is done for the first. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
