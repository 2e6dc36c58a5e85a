import { fault, sentence } from "@anyone/domain/fault";
import { Redis, type RedisOptions } from "ioredis";

/** A queue server and the name under which everything of ours lies on it. */
export interface QueueAddress {
  url: string;
  /** Two installations may share one server: `redis://host:6379/0?prefix=second`. */
  prefix: string;
}

export function queueAddress(redisUrl: string): QueueAddress {
  const url = URL.canParse(redisUrl) ? new URL(redisUrl) : undefined;
  if (url === undefined || !/^rediss?:$/.test(url.protocol)) {
    throw fault("bad-environment", "REDIS_URL is not an address of a Redis.", { hint: "Use redis://host:6379." });
  }
  const prefix = url.searchParams.get("prefix") ?? "anyone";
  if (!/^[A-Za-z0-9_-]{1,40}$/.test(prefix)) {
    throw fault("bad-environment", `The prefix "${prefix}" in REDIS_URL is not a name.`, {
      hint: "Use letters, digits, dashes and underscores.",
    });
  }
  url.search = "";
  return { url: url.href, prefix };
}

/**
 * A connection for one of two manners. `waits`: a worker sits out an outage. `fails`: whoever writes hears at once that
 * the server is away, and tries again on its own terms.
 */
export function connect(address: QueueAddress, manner: "waits" | "fails"): Redis {
  const options: RedisOptions = {
    retryStrategy: (times) => Math.min(50 * 2 ** times, 1_000),
    connectTimeout: 5_000,
    ...(manner === "waits" ? { maxRetriesPerRequest: null } : { maxRetriesPerRequest: 1, enableOfflineQueue: false }),
  };
  const redis = new Redis(address.url, options);
  // Every break is reported here, too, for which there is nothing to do: the connection repairs itself.
  redis.on("error", () => {});
  return redis;
}

/** Tells whether a connection has been up once: before, a write that fails means only that it was too early. */
export function hasOpened(redis: Redis): () => boolean {
  let opened = redis.status === "ready";
  redis.once("ready", () => {
    opened = true;
  });
  return () => opened;
}

/** Says in one sentence why the server did not do what it was asked; tasks wait in the database meanwhile. */
export function queueFault(error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  const [why, wayOut] = REFUSALS.find(([word]) => said.startsWith(word))?.[1] ?? [
    `can't be reached: ${said}`,
    "Check REDIS_URL and that the server runs",
  ];
  return fault("unavailable", `Redis ${why}.`, {
    cause: error,
    hint: `${wayOut}; tasks wait in the database and go on by themselves.`,
  });
}

/** By the first word of the server's answer. */
const REFUSALS: readonly [word: string, sentence: readonly [why: string, wayOut: string]][] = [
  ["OOM", ["is out of memory and takes no more jobs", "Raise its maxmemory or free some of it"]],
  ["MISCONF", ["can't write to its disk and takes no more jobs", "Free some space there"]],
  ["READONLY", ["is a replica, which takes no jobs", "Let REDIS_URL name the server that may be written to"]],
];

/** Refuses a server that would lose or evict jobs, before anything relies on it. Faults: `bad-environment`, `unavailable`. */
export async function checkServer(redisUrl: string): Promise<void> {
  const redis = new Redis(queueAddress(redisUrl).url, {
    lazyConnect: true,
    retryStrategy: null,
    connectTimeout: 5_000,
  });
  redis.on("error", () => {});
  let info: Map<string, string>;
  try {
    await redis.connect();
    info = parse(await redis.info());
  } catch (error) {
    throw fault("unavailable", `Redis can't be reached: ${sentence(error)}.`, {
      cause: error,
      hint: "Check REDIS_URL and that the server runs.",
    });
  } finally {
    redis.disconnect();
  }
  refuseOld(info.get("redis_version") ?? "0");
  refuseEviction(info.get("maxmemory_policy") ?? "unknown");
}

function refuseOld(version: string): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 6 || (major === 6 && minor >= 2)) return;
  throw fault("bad-environment", `Redis ${version} is too old.`, { hint: "Use Redis 6.2 or newer, or Valkey." });
}

function refuseEviction(policy: string): void {
  if (policy === "noeviction") return;
  throw fault("bad-environment", `Redis may evict what the queue needs: its maxmemory-policy is ${policy}.`, {
    hint: "Set `maxmemory-policy noeviction` on the server.",
  });
}

function parse(info: string): Map<string, string> {
  const lines = info.split("\r\n").map((line) => line.split(":", 2) as [string, string]);
  return new Map(lines.filter(([, value]) => value !== undefined));
}
