import { Address, Port, PrivateHosts, shared } from "@anyone/runtime/env";
import { z } from "zod";

/** Addresses and secrets of the API; what it does is set through the API itself. */
export const Env = z.object({
  ...shared,
  API_HOST: z.string().default("127.0.0.1"),
  API_PORT: Port.default(7070),
  REVIEW_ADDRESS: Address.default("127.0.0.1:7071"),
  /** Hosts of a private network, or on unusual ports, that webhooks may tell. */
  WEBHOOK_ALLOW_PRIVATE: PrivateHosts,
  /** An admin key that must be known beforehand; without it one is made at the first start and shown once. */
  ADMIN_KEY: z.string().min(32, "at least 32 characters").max(200).optional(),
});

export type ApiEnv = z.infer<typeof Env>;
