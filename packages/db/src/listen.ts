import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/**
 * Calls `listener` when somebody notifies `channel`, on a connection of its own that is opened again when it breaks.
 * What was notified while it was broken is not made up for. Returns how to stop.
 */
export function listen(pool: pg.Pool, channel: string, listener: () => void): () => Promise<void> {
  const stop = new AbortController();
  let client: pg.Client | undefined;

  async function keepListening(): Promise<void> {
    while (!stop.signal.aborted) {
      client = new pg.Client({ connectionString: pool.options.connectionString, application_name: "anyone listen" });
      const broken = new Promise<void>((resolve) => {
        client?.once("error", () => resolve());
        client?.once("end", () => resolve());
      });
      client.on("error", () => {});
      client.on("notification", () => listener());
      try {
        await client.connect();
        await client.query(`LISTEN ${channel}`);
        // What was added before this moment went unheard.
        listener();
        await broken;
      } catch {
        // Out of reach for now: polling goes on, and so do we.
      }
      await client.end().catch(() => {});
      await sleep(500, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const ended = keepListening();
  return async () => {
    stop.abort();
    await client?.end().catch(() => {});
    await ended;
  };
}
