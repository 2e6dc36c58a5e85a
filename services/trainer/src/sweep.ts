import { addTasks } from "@anyone/db/add-tasks";
import { recordEvent } from "@anyone/db/events";
import type { TrainerContext } from "./context.ts";
import { takeIn } from "./train/end-run.ts";

/**
 * Ends what nobody ends any more, so that what waits for it goes on: runs whose last attempt lost its worker, and
 * versions whose cutting is dead. Returns how many of each.
 */
export async function sweep({
  db,
  runs,
  versions,
}: Pick<TrainerContext, "db" | "runs" | "versions">): Promise<{ runs: number; versions: number }> {
  return db.transaction(async (tx) => {
    const lost = await runs.failLost(tx);
    await addTasks(tx, lost.map(takeIn));
    const stuck = await versions.failStuck(tx);
    for (const { number, name, reason } of stuck) {
      await recordEvent(tx, {
        stage: "release",
        kind: "version-failed",
        text: `Version ${name} could not be cut: ${reason}. Retry its dead tasks, or cut the next one`,
        data: { version: number },
      });
    }
    return { runs: lost.length, versions: stuck.length };
  });
}
