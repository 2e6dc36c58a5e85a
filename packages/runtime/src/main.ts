import { EnvironmentError } from "./env.ts";

/**
 * Runs a service's start and turns a failure into one clear line and exit code 1: a wrong environment or a known fault
 * shows its sentence, anything else its stack.
 */
export function main(start: () => Promise<void>): void {
  start().catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EnvironmentError) return error.message;
  if (error.name === "Fault") return "hint" in error && error.hint ? `${error.message} ${error.hint}` : error.message;
  return error.stack ?? error.message;
}
