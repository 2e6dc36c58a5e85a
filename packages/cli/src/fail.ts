import { ApiError } from "@anyone/contracts/client";
import { Fault } from "@anyone/domain/fault";
import { CommanderError } from "commander";

/** Says why a command failed: a sentence and the way out on standard error, or with `--json` one document in its place. */
export function fail(error: unknown, json: boolean): void {
  const { code, message, hint } = explain(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`);
  // Commander has said it already, with the usage.
  else if (!(error instanceof CommanderError)) process.stderr.write(`${[message, hint].filter(Boolean).join(" ")}\n`);
}

function explain(error: unknown): { code: string; message: string; hint?: string | undefined } {
  if (error instanceof Fault) return error;
  if (error instanceof ApiError) {
    const { detail, hint, errors = [] } = error.problem;
    const wrong = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return { code: error.code, message: wrong ? `${detail} ${wrong}.` : detail, hint };
  }
  const refused = refusedByDisk(error);
  if (refused) return refused;
  if (error instanceof CommanderError) return { code: "bad-input", message: error.message.replace(/^error: /, "") };
  return { code: "internal", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** What the file system refused, wherever it was asked. */
function refusedByDisk(error: unknown): { code: string; message: string; hint: string } | undefined {
  const { code = "", path = "this folder" } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (code === "ENOSPC" || code === "EDQUOT") {
    const hint = "Free some room and run it again: nothing is lost.";
    return { code: "bad-environment", message: `The disk is full: ${path} can't be written.`, hint };
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    const hint = "Use a folder that you own, or name another by ANYONE_HOME.";
    return { code: "bad-environment", message: `This user may not use ${path}: ${code}.`, hint };
  }
  return undefined;
}
