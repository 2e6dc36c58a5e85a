import { fileURLToPath } from "node:url";
import { apiKeys } from "@anyone/db/api-keys";
import { openDatabase } from "@anyone/db/client";
import { migrate } from "@anyone/db/migrate";
import { openVault } from "@anyone/db/sealed-secret";
import { taskStore } from "@anyone/db/tasks";
import { webhooks } from "@anyone/db/webhooks";
import { fault } from "@anyone/domain/fault";
import { openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import type { Logger } from "@anyone/runtime/logger";
import { openStore } from "@anyone/storage/open-store";
import { buildApp } from "./app.ts";
import type { ApiEnv } from "./env.ts";
import { ensureFirstKey } from "./first-key.ts";
import { startDeliveries } from "./webhooks/deliver.ts";

const DASHBOARD = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));

export interface ApiServer {
  /** `http://host:port` as it was really taken. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the API: the database at its newest migration, the first key made, secrets sealed, the port taken. */
export async function startApi(env: ApiEnv, log: Logger): Promise<ApiServer> {
  await migrate(env.DATABASE_URL);
  const db = openDatabase(env.DATABASE_URL, { name: "anyone api" });
  const review = openClient(ReviewServiceDefinition, env.REVIEW_ADDRESS, env.SERVICE_TOKEN);
  const keys = apiKeys(db);
  await ensureFirstKey(keys, {
    given: env.ADMIN_KEY,
    say: (line) => process.stdout.write(`${line}\n`),
  });
  const vault = openVault(env.SERVICE_TOKEN);
  await webhooks.sealClear(db, vault);
  const webhookPrivate = new Set(env.WEBHOOK_ALLOW_PRIVATE);
  const app = await buildApp(
    {
      db,
      keys,
      tasks: taskStore(db),
      store: await openStore(env.OBJECTS_URL, env),
      review: review.call,
      vault,
      webhookPrivate,
    },
    { secret: env.SERVICE_TOKEN, log, dashboard: DASHBOARD },
  );
  const url = await app.listen({ host: env.API_HOST, port: env.API_PORT }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EADDRINUSE" || error.code === "EACCES" ? portTaken(env, error) : error;
  });
  const deliveries = startDeliveries(db, {
    vault,
    allowed: webhookPrivate,
    warn: (error) => log.warn({ err: error }, "the outbox of webhooks could not be looked at"),
  });
  return {
    url,
    async close() {
      await deliveries.close();
      await app.close();
      review.close();
      await db.close();
    },
  };
}

function portTaken(env: ApiEnv, cause: NodeJS.ErrnoException) {
  const why = cause.code === "EACCES" ? "this user may not use it" : "another process has it";
  return fault("bad-environment", `The port ${env.API_PORT} on ${env.API_HOST} can't be taken: ${why}.`, {
    cause,
    hint: "Set API_PORT to a free one.",
  });
}
