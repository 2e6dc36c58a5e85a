import { setTimeout as sleep } from "node:timers/promises";
import { sentence } from "@anyone/domain/fault";
import type { Server } from "../embedded/server-process.ts";

export interface KeptStore {
  url: string;
  stop(): Promise<void>;
}

const WAIT_MS = 1_000;

/** Starts an embedded store and starts it again, on its port, whenever it ends by itself: its address never changes. */
export async function keepStore(
  name: string,
  start: (port?: number) => Promise<Server>,
  say: (text: string) => void,
): Promise<KeptStore> {
  let server = await start();
  const { url } = server;
  const port = Number(new URL(url).port);
  let stopping = false;

  async function keep(): Promise<void> {
    while (!stopping) {
      await server.ended;
      if (stopping) return;
      say(`${name} ended; starting it again …`);
      await sleep(WAIT_MS);
      if (stopping) return;
      server = await start(port).catch((error: unknown) => {
        say(sentence(error));
        return server;
      });
    }
    await server.stop();
  }
  const kept = keep();

  return {
    url,
    async stop() {
      stopping = true;
      await server.stop();
      await kept;
    },
  };
}
