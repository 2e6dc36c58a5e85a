import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

/**
 * A structured logger: one JSON object a line on standard output, `service` on every line. Secrets never reach it:
 * the paths below are censored wherever they occur.
 */
export function logger(service: string, level = "info"): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ["authorization", "*.authorization", "headers.authorization", "apiKey", "*.apiKey"],
        censor: "•",
      },
    },
    standardOutput(),
  );
}

const MOST_KEPT = 1024 ** 2;

/**
 * A full disk, or a reader that has gone, must not end the work that is told of: so many characters wait until they can
 * be written, and what comes after them is not said.
 */
function standardOutput(): DestinationStream {
  const out = pino.destination({ fd: 1, sync: true, maxLength: MOST_KEPT });
  out.on("error", () => {});
  return out;
}
