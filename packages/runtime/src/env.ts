import { z } from "zod";

/**
 * Parses the process environment once, at start. A wrong or missing variable ends the process with one line, naming
 * every such variable, what it should be, and that `.env.example` describes all of them.
 */
export function loadEnv<Schema extends z.ZodType>(
  schema: Schema,
  source: NodeJS.ProcessEnv = process.env,
): z.infer<Schema> {
  const blankless = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = schema.safeParse(blankless);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "environment"}: ${issue.message}`);
  throw new EnvironmentError(
    `The environment is not usable: ${faults.join("; ")}. Every variable is described in .env.example.`,
  );
}

/** Thrown by {@link loadEnv}; `main.ts` prints its message without a stack. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** `host:port` of a gRPC service. */
export const Address = z.string().regex(/^[^\s:/]+:\d{1,5}$/, "expected host:port, for example 127.0.0.1:7071");

/** Several values of one kind, separated by commas. */
export const list = (item: z.ZodType<string, string>, otherwise = "") =>
  z
    .string()
    .default(otherwise)
    .transform((text) => text.split(",").flatMap((part) => part.trim() || []))
    .pipe(z.array(item));

/** `host:port` of hosts that may be reached although they are private or on an unusual port. */
export const PrivateHosts = list(
  z.string().regex(/^[^\s/]+:\d{1,5}$/, "expected host:port, several separated by commas"),
);

/** Where objects lie, and who may reach them. */
export const objectStore = {
  OBJECTS_URL: z.url({ protocol: /^(file|s3)$/, error: "expected file:///absolute/folder or s3://bucket" }),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: "expected the address of an S3 server, for example http://127.0.0.1:8333" })
    .optional(),
  S3_REGION: z.string().default("us-east-1"),
  AWS_ACCESS_KEY_ID: z.string().optional(),
  AWS_SECRET_ACCESS_KEY: z.string().optional(),
} as const;

const PORT = "expected a port, a number from 0 to 65535";

/** A TCP port; 0 takes any free one. */
export const Port = z.coerce.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT);

/** Port of a service's health endpoint; absent: it has none. */
export const HealthPort = Port.optional();

const TOKEN = "expected at least 16 characters, the same for all services";

/** The variables that several services share: addresses and secrets only, never a threshold. */
export const shared = {
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "expected postgres://user:password@host:port/database" }),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "expected redis://host:port" }),
  ...objectStore,
  SERVICE_TOKEN: z.string(TOKEN).min(16, TOKEN),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
} as const;
