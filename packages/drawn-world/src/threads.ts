import sharp from "sharp";

/** Draws on one thread and keeps nothing in memory between pictures: for benches and for one drawing process per core. */
export function drawOnOneThread(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
