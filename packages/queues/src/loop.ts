import { setTimeout as sleep } from "node:timers/promises";
import { Fault, sentence } from "@anyone/domain/fault";
import type { Logger } from "@anyone/runtime/logger";

export interface Loop {
  /** Starts the next round now. */
  wake(): void;
  stop(): Promise<void>;
}

/**
 * Runs `round` again and again; it returns how many milliseconds to rest, and a wake-up cuts the rest short. A round
 * that throws is logged once per spell of failure and tried again: the servers it needs may be away for a while, and a
 * wake-up does not bring them back sooner.
 */
export function startLoop(name: string, log: Logger, round: () => Promise<number>): Loop {
  let stopped = false;
  let woken = false;
  let rest = new AbortController();

  let failures = 0;

  async function run(): Promise<void> {
    while (!stopped) {
      let pause: number;
      woken = false;
      try {
        pause = await round();
        if (failures > 0) log.info({ loop: name, failures }, "works again");
        failures = 0;
      } catch (error) {
        const why = error instanceof Fault ? sentence(error) : "failed, and tries again";
        if (failures++ === 0) log.warn({ loop: name, err: error }, why);
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
      if (failures === 0) rest.abort();
    },
    async stop() {
      stopped = true;
      rest.abort();
      await ended;
    },
  };
}
