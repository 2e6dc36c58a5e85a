import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@anyone/contracts/client";
import { apiKeys } from "@anyone/db/api-keys";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { openVault } from "@anyone/db/sealed-secret";
import { taskStore } from "@anyone/db/tasks";
import { openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { openStore } from "@anyone/storage/open-store";
import type { Store } from "@anyone/storage/store";
import { createDatabase } from "@anyone/test/support/servers";
import type { FastifyInstance } from "fastify";
import { buildApp } from "./app.ts";

export interface TestApi {
  app: FastifyInstance;
  url: string;
  db: OpenDatabase;
  store: Store;
  /** A key of each role. */
  keys: Record<"admin" | "operator" | "annotator", string>;
  as(role: "admin" | "operator" | "annotator"): Client;
  close(): Promise<void>;
}

/** The API on a free port, over a fresh database and an empty store; `reviewAddress` is where its review service is. */
export async function openTestApi(
  options: {
    reviewAddress?: string;
    perMinute?: number;
    dashboard?: string;
    databaseUrl?: string;
    webhookPrivate?: readonly string[];
  } = {},
): Promise<TestApi> {
  const db = openDatabase(options.databaseUrl ?? (await createDatabase()), { name: "anyone api test" });
  const store = await openStore(`file://${await mkdtemp(join(tmpdir(), "anyone-api-"))}`);
  const keys = apiKeys(db);
  const review = openClient(ReviewServiceDefinition, options.reviewAddress ?? "127.0.0.1:1", SERVICE_TOKEN, {
    deadlineMs: 5_000,
  });
  const app = await buildApp(
    {
      db,
      keys,
      tasks: taskStore(db),
      store,
      review: review.call,
      vault: openVault(SERVICE_TOKEN),
      webhookPrivate: new Set(options.webhookPrivate),
    },
    {
      secret: SERVICE_TOKEN,
      perMinute: options.perMinute ?? 1_000_000,
      ...(options.dashboard ? { dashboard: options.dashboard } : {}),
    },
  );
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const made = {
    admin: (await keys.create("test admin", "admin")).key,
    operator: (await keys.create("test operator", "operator")).key,
    annotator: (await keys.create("test annotator", "annotator")).key,
  };
  return {
    app,
    url,
    db,
    store,
    keys: made,
    as: (role) => createClient({ url, key: made[role] }),
    async close() {
      await app.close();
      review.close();
      await db.close();
    },
  };
}

export const SERVICE_TOKEN = "a token that only tests know";
