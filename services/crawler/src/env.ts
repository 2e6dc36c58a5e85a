import { shared } from "@anyone/runtime/env";
import { z } from "zod";

const list = (item: z.ZodType<string, string>, otherwise = "") =>
  z
    .string()
    .default(otherwise)
    .transform((text) => text.split(",").flatMap((part) => part.trim() || []))
    .pipe(z.array(item));

/** The crawler's variables; .env.example describes them. */
export const Env = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  OBJECTS_URL: shared.OBJECTS_URL,
  S3_ENDPOINT: shared.S3_ENDPOINT,
  S3_REGION: shared.S3_REGION,
  AWS_ACCESS_KEY_ID: shared.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: shared.AWS_SECRET_ACCESS_KEY,
  LOG_LEVEL: shared.LOG_LEVEL,
  /** Whom a host may write to about our requests. Without it, nothing on the web is fetched. */
  CONTACT: z.union([z.email(), z.url()], "expected an e-mail address or the address of a page").optional(),
  FLICKR_API_KEY: z.string().optional(),
  /** Hosts that may be fetched from although they are private or on an unusual port. */
  FETCH_ALLOW_PRIVATE: list(z.string().regex(/^[^\s/]+:\d{1,5}$/, "expected host:port, several separated by commas")),
  /** Folders that folder sources may lie in. */
  IMPORT_ROOTS: list(z.string().startsWith("/", "expected absolute folders, several separated by commas"), "/"),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});
