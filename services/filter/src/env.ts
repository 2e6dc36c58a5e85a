import { isAbsolute } from "node:path";
import { HealthPort, objectStore, shared } from "@anyone/runtime/env";
import { z } from "zod";

export const Env = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  ...objectStore,
  LOG_LEVEL: shared.LOG_LEVEL,
  MODELS_DIR: z.string().refine(isAbsolute, "expected the absolute path of the models' folder").optional(),
  HEALTH_PORT: HealthPort,
});
