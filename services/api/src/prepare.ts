import { migrate } from "@anyone/db/migrate";
import { loadEnv, shared } from "@anyone/runtime/env";
import { logger } from "@anyone/runtime/logger";
import { main } from "@anyone/runtime/main";
import { ensureBucket } from "@anyone/storage/s3";
import { z } from "zod";

const { DATABASE_URL, OBJECTS_URL, S3_ENDPOINT, S3_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, LOG_LEVEL } =
  shared;

export const Env = z.object({
  DATABASE_URL,
  OBJECTS_URL,
  S3_ENDPOINT,
  S3_REGION,
  AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY,
  LOG_LEVEL,
});

/** Runs once before the services of an installation on servers: the database at its newest migration, and the bucket there. */
main(async () => {
  const env = loadEnv(Env);
  const log = logger("prepare", env.LOG_LEVEL);
  log.info({ migrations: await migrate(env.DATABASE_URL) }, "the database is ready");
  const objects = new URL(env.OBJECTS_URL);
  if (objects.protocol === "s3:") {
    await ensureBucket({ ...env, bucket: objects.hostname });
    log.info({ bucket: objects.hostname }, "the bucket is ready");
  }
});
