import { Address, HealthPort, shared } from "@anyone/runtime/env";
import { z } from "zod";

export const Env = z.object({
  ...shared,
  TRAINER_ADDRESS: Address.default("127.0.0.1:7072"),
  HEALTH_PORT: HealthPort,
});
