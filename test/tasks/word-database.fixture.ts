import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@anyone/db/client";
import { taskStore } from "@anyone/db/tasks";
import { logger } from "@anyone/runtime/logger";
import { createDatabase } from "../support/servers.ts";

export const quiet = logger("queues test", "silent");

/** A fresh database with a table for what the handlers write. */
export async function openWordDatabase() {
  const db = openDatabase(await createDatabase());
  await db.query("CREATE TABLE words (chunk text, word text, stage text)");
  return { db, tasks: taskStore(db), close: () => db.close() };
}

/** Waits until `check` answers true; throws with `what` when it does not in time. */
export async function until(what: string, check: () => Promise<boolean> | boolean, deadlineMs = 15_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await sleep(25);
  }
}
