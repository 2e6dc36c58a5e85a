import { Address, HealthPort, shared } from "@anyone/runtime/env";
import { z } from "zod";

const { DATABASE_URL, REDIS_URL, SERVICE_TOKEN, LOG_LEVEL } = shared;

export const Env = z.object({
  DATABASE_URL,
  REDIS_URL,
  SERVICE_TOKEN,
  LOG_LEVEL,
  REVIEW_ADDRESS: Address.default("127.0.0.1:7071"),
  HEALTH_PORT: HealthPort,
});
