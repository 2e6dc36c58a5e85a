import { shared } from "@anyone/runtime/env";
import { z } from "zod";

const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== ""),
  );

/** The crawler's variables; .env.example describes them. */
export const schema = z.object({
  DATABASE_URL: shared.DATABASE_URL,
  REDIS_URL: shared.REDIS_URL,
  OBJECTS_URL: shared.OBJECTS_URL,
  S3_ENDPOINT: shared.S3_ENDPOINT,
  S3_REGION: shared.S3_REGION,
  AWS_ACCESS_KEY_ID: shared.AWS_ACCESS_KEY_ID,
  AWS_SECRET_ACCESS_KEY: shared.AWS_SECRET_ACCESS_KEY,
  LOG_LEVEL: shared.LOG_LEVEL,
  CONTACT: z
    .string()
    .regex(
      /^(mailto:\S+@\S+|https?:\/\/\S+)$/,
      "expected mailto:you@example.org or a page's address: hosts must be able to reach you",
    ),
  FLICKR_API_KEY: z.string().min(1).optional(),
  FETCH_ALLOW_PRIVATE: list.pipe(
    z.array(z.string().regex(/^[^\s/]+:\d{1,5}$/, "expected host:port, separated by commas")),
  ),
  IMPORT_ROOTS: list.pipe(z.array(z.string().startsWith("/", "expected absolute folders, separated by commas"))),
  HEALTH_PORT: z.coerce.number().int().min(0).max(65535).optional(),
});
