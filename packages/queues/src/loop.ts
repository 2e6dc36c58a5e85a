import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@anyone/runtime/logger";

export interface Loop {
  /** Starts the next round now. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Runs `round` again and again; it returns how many milliseconds to rest, and a wake-up cuts the rest short. A round
 * that throws is logged once per spell of failure and tried again: the servers it needs may be away for a while.
 */
export function startLoop(name: string, log: Logger, round: () => Promise<number>): Loop {
  let stopped = false;
  let woken = false;
  let rest = new AbortController();

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      let pause: number;
      woken = false;
      try {
        pause = await round();
        if (failures > 0) log.info({ loop: name, failures }, "works again");
        failures = 0;
      } catch (error) {
        if (failures++ === 0) log.warn({ loop: name, err: error }, "failed, and tries again");
        pause = Math.min(100 * 2 ** failures, 1_000);
        woken = false;
      }
      if (woken || stopped) continue;
      rest = new AbortController();
      await sleep(pause, undefined, { signal: rest.signal }).catch(() => {});
    }
  }

  const ended = run();
  return {
    wake() {
      woken = true;
      rest.abort();
    },
    async stop() {
      stopped = true;
      rest.abort();
      await ended;
    },
  };
}
