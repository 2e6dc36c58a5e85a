import { connect, queueAddress } from "./redis.ts";

/** Removes everything of ours from the queue server. No work is lost by it: what is ready is dispatched again. */
export async function wipeQueues(redisUrl: string): Promise<void> {
  const address = queueAddress(redisUrl);
  const redis = connect(address, "waits");
  try {
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", `${address.prefix}:*`, "COUNT", 1000);
      if (keys.length > 0) await redis.unlink(...keys);
      cursor = next;
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
}
