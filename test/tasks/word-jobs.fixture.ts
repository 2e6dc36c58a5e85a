import { setTimeout as sleep } from "node:timers/promises";
import { openDatabase } from "@anyone/db/client";
import { taskStore } from "@anyone/db/tasks";
import { defineJob } from "@anyone/queues/job";
import { logger } from "@anyone/runtime/logger";
import { z } from "zod";
import { createDatabase } from "../support/servers.ts";

/** Three stages of made-up work on chunks of words, for the tests of tasks and queues. */
export const listWords = defineJob({
  name: "source.list-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  chunk: "words",
  leaseSeconds: 2,
  attempts: 2,
});
export const weighWords = defineJob({
  name: "filter.weigh-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  chunk: "words",
  leaseSeconds: 2,
  attempts: 2,
});
export const nameWords = defineJob({
  name: "annotate.name-words",
  payload: z.object({ chunk: z.string(), words: z.array(z.string()).min(1) }),
  key: ({ chunk }) => chunk,
  leaseSeconds: 2,
});
export const wordJobs = [listWords, weighWords, nameWords] as const;

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
