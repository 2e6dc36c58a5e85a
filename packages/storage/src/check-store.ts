import { Fault } from "@anyone/domain/fault";
import { CHECK_KEY } from "./keys.ts";
import type { Store } from "./store.ts";

/**
 * Refuses a store that will take no object before work relies on it: no such bucket, a wrong key, no right to write. One
 * that is away or full passes: that may be over before the first object comes. Faults: `bad-environment`.
 */
export async function checkStore(store: Store): Promise<void> {
  try {
    await store.put(CHECK_KEY, new TextEncoder().encode("This store may be written to.\n"));
  } catch (error) {
    if (error instanceof Fault && error.code === "bad-environment") throw error;
  }
}
