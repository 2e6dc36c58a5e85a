import { HealthPort, list, objectStore, PrivateHosts, shared } from "@anyone/runtime/env";
import { z } from "zod";

/** The crawler's variables; .env.example describes them. */
export const Env = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  ...objectStore,
  LOG_LEVEL: shared.LOG_LEVEL,
  /** Whom a host may write to about our requests. Without it, nothing on the web is fetched. */
  CONTACT: z.union([z.email(), z.url()], "expected an e-mail address or the address of a page").optional(),
  FLICKR_API_KEY: z.string().optional(),
  UNSPLASH_ACCESS_KEY: z.string().optional(),
  PIXABAY_API_KEY: z.string().optional(),
  /** Hosts that may be fetched from although they are private or on an unusual port. */
  FETCH_ALLOW_PRIVATE: PrivateHosts,
  /** Folders that folder sources may lie in. */
  IMPORT_ROOTS: list(z.string().startsWith("/", "expected absolute folders, several separated by commas"), "/"),
  HEALTH_PORT: HealthPort,
});
