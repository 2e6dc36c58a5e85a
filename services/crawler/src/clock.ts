import type { Logger } from "@anyone/runtime/logger";

/**
 * Does something at once and then every so many milliseconds. When it fails it is logged as `failed`, and tried again the next time.
 * @returns how to stop it
 */
export function startClock(everyMs: number, work: () => Promise<unknown>, log: Logger, failed: string): () => void {
  const tick = () => void work().catch((error: unknown) => log.warn({ err: error }, failed));
  tick();
  const timer = setInterval(tick, everyMs);
  return () => clearInterval(timer);
}
