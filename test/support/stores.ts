import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@anyone/cli/embedded/postgres";
import type { Server } from "@anyone/cli/embedded/server-process";
import { startValkey } from "@anyone/cli/embedded/valkey";
import { startWeed } from "@anyone/cli/embedded/weed";
import { migrate } from "@anyone/db/migrate";
import { ensureBucket, type S3Environment } from "@anyone/storage/s3";
import pg from "pg";
import { env } from "./env.ts";

export interface PostgresStore {
  /** A database one may connect to in order to make others. */
  adminUrl: string;
  /** A migrated database to copy from; nobody connects to it. */
  template: string;
}

export interface S3Store {
  bucket: string;
  environment: S3Environment;
}

/** The servers of one test run: each is started when first asked for, and all traces of it are removed by `close`. */
export interface Stores {
  postgres(): Promise<PostgresStore>;
  redis(): Promise<string>;
  s3(): Promise<S3Store>;
  close(): Promise<void>;
}

/** `durable: false` trades the survival of a power cut for speed; measurements want `true`. */
export function openStores({ durable = false }: { durable?: boolean } = {}): Stores {
  const run = `anyone_test_${process.pid}`;
  const folder = join(fileURLToPath(new URL("../../.anyone/test", import.meta.url)), String(process.pid));
  const started: Server[] = [];
  const closers: (() => Promise<void>)[] = [];

  async function keep<S extends Server>(start: Promise<S>): Promise<S> {
    const server = await start;
    started.push(server);
    return server;
  }

  async function postgres(): Promise<PostgresStore> {
    const settings: Record<string, string> = durable
      ? {}
      : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
    const adminUrl = env.databaseUrl ?? (await keep(startPostgres({ dir: join(folder, "postgres"), settings }))).url;
    if (env.databaseUrl) closers.push(() => dropDatabases(adminUrl, run));
    const template = `${run}_template`;
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${template}`));
    await migrate(databaseUrl(adminUrl, template));
    return { adminUrl, template };
  }

  async function redis(): Promise<string> {
    return env.redisUrl ?? (await keep(startValkey({ dir: join(folder, "valkey") }))).url;
  }

  async function s3(): Promise<S3Store> {
    const bucket = run.replaceAll("_", "-");
    const environment = env.s3Endpoint
      ? {
          S3_ENDPOINT: env.s3Endpoint,
          S3_REGION: env.s3Region,
          AWS_ACCESS_KEY_ID: env.s3AccessKeyId,
          AWS_SECRET_ACCESS_KEY: env.s3SecretAccessKey,
        }
      : await ownS3();
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
      for (const close of closers) await close().catch(() => {});
      await Promise.all(started.map((server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The address of another database on the same server. */
export function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    const found = await client.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [prefix],
    );
    for (const { datname } of found.rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
  });
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
