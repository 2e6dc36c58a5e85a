import { Worker } from "node:worker_threads";

/**
 * Ends this process when the one that started it is gone, however busy this one's own thread is: a thread that never comes back to its event loop hears no
 * "disconnect", so another one looks.
 */
export function endWithParent(): void {
  new Worker(new URL("./watch-parent.ts", import.meta.url)).unref();
}
