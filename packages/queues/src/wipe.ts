import { connect, queueAddress } from "./redis.ts";

/** Removes everything of ours from the queue server. No work is lost by it: what is ready is dispatched again. */
export function wipeQueues(redisUrl: string): Promise<void> {
  return removeKeys(redisUrl, `${queueAddress(redisUrl).prefix}:*`);
}

/** Removes the keys that match a pattern of Redis, a thousand at a time, so that the server goes on answering others. */
export async function removeKeys(redisUrl: string, pattern: string): Promise<void> {
  const redis = connect(queueAddress(redisUrl), "waits");
  try {
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", pattern, "COUNT", 1000);
      if (keys.length > 0) await redis.unlink(...keys);
      cursor = next;
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
}
