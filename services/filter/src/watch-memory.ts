import { writeFileSync } from "node:fs";

/** A decoder works beside this thread, so that its appetite can be seen while it grows. */
const LOOK_EVERY_MS = 50;

/**
 * Calls `spent` with a sentence, again and again, while this process holds more than so many bytes of memory. Where a machine runs out of
 * memory faster than that, Linux is asked to end this process first, and none that holds more than a picture.
 */
export function watchMemory(most: number, spent: (why: string) => void): void {
  offerToBeEndedFirst();
  setInterval(() => {
    if (process.memoryUsage.rss() > most) spent(`it took more than ${Math.round(most / 1e6)} MB of memory`);
  }, LOOK_EVERY_MS).unref();
}

function offerToBeEndedFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Other systems choose by themselves.
  }
}
