import type { Logger } from "pino";

/**
 * Runs `close` once on SIGTERM or SIGINT and ends the process: 0 when it closed in time, 1 when it had to be cut after
 * `deadlineMs`. What a process held (leases, sockets) is taken over by others after its lease either way.
 */
export function onShutdown(log: Logger, close: () => Promise<void>, deadlineMs = 10_000): void {
  let closing = false;
  const shut = (signal: NodeJS.Signals) => {
    if (closing) return;
    closing = true;
    log.info({ signal }, "closing");
    setTimeout(() => {
      log.warn({ deadlineMs }, "closing took too long");
      process.exit(1);
    }, deadlineMs).unref();
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "closing failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", shut);
  process.on("SIGINT", shut);
}
