import { fault } from "@anyone/domain/fault";

/** Turns the many ways a server can be out of reach into one fault; every other error stays what it is. */
export function connectionFault(error: unknown): unknown {
  if (!(error instanceof Error) || !isConnectionError(error)) return error;
  const [why, wayOut] = SHORTAGES[codeOf(error)] ?? ["can't be reached", "Check DATABASE_URL and that the server runs"];
  return fault("unavailable", `PostgreSQL ${why}: ${error.message || codeOf(error)}.`, {
    cause: error,
    hint: `${wayOut}; work goes on by itself then.`,
  });
}

/** What the server runs short of, by SQLSTATE. */
const SHORTAGES: Readonly<Record<string, readonly [why: string, wayOut: string]>> = {
  "53100": ["has a full disk", "Free some space there"],
  "53200": ["is out of memory", "Give it more, or stop what else uses it"],
  "53300": ["takes no more connections", "Raise its max_connections, or stop what else uses it"],
};

/** SQLSTATE classes: 08 connection, 28 refused login, 3D no such database, 53 resources, 57P shutdown; the rest are the network's and the driver's. */
function isConnectionError(error: Error): boolean {
  const code = codeOf(error);
  if (/^(08|28|3D|53|57P)/.test(code) || NETWORK_CODES.has(code)) return true;
  return /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
    error.message,
  );
}

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "25P03", // a transaction that was idle for too long
]);

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}
