import { Address, HealthPort, shared } from "@anyone/runtime/env";
import { z } from "zod";

export const Env = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  SERVICE_TOKEN: shared.SERVICE_TOKEN,
  LOG_LEVEL: shared.LOG_LEVEL,
  INFERENCE_ADDRESS: Address.default("127.0.0.1:7073"),
  HEALTH_PORT: HealthPort,
});
