import { type Logger, pino } from "pino";

export type { Logger };

/**
 * A structured logger: one JSON object a line on standard output, `service` on every line. Secrets never reach it:
 * the paths below are censored wherever they occur.
 */
export function logger(service: string, level = "info"): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: ["authorization", "*.authorization", "headers.authorization", "apiKey", "*.apiKey"], censor: "•" },
  });
}
