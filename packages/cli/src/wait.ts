import { setTimeout as sleep } from "node:timers/promises";
import { fault } from "@anyone/domain/fault";

export interface WaitOptions {
  everyMs?: number;
  /** Gives up after so long; the work itself goes on. */
  withinMs: number;
  /** What is waited for, for the sentence when it does not come: "version v2 to be released". */
  what: string;
}

/**
 * Asks `look` again and again until it answers something else than undefined.
 *
 * @throws Fault `timeout` when that takes longer than `withinMs`.
 */
export async function waitFor<Value>(
  look: () => Promise<Value | undefined>,
  { everyMs = 500, withinMs, what }: WaitOptions,
): Promise<Value> {
  const deadline = Date.now() + withinMs;
  while (true) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) {
      throw fault("timeout", `Waited ${Math.round(withinMs / 1000)} s for ${what}.`, {
        hint: "`anyone status` shows what waits; the logs lie under run/ in the data folder.",
      });
    }
    await sleep(everyMs);
  }
}
