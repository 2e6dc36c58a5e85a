import { isAbsolute } from "node:path";
import { shared } from "@anyone/runtime/env";
import { z } from "zod";

export const Env = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  OBJECTS_URL: shared.OBJECTS_URL,
  S3_ENDPOINT: shared.S3_ENDPOINT,
  S3_REGION: shared.S3_REGION,
  AWS_ACCESS_KEY_ID: shared.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: shared.AWS_SECRET_ACCESS_KEY,
  LOG_LEVEL: shared.LOG_LEVEL,
  MODELS_DIR: z.string().refine(isAbsolute, "expected the absolute path of the models' folder").optional(),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});
