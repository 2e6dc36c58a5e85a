import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The command's program, for tests that start it themselves. */
export const COMMAND = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** What the command needs to find an API. */
export function commandEnvironment(url: string, key: string): Record<string, string> {
  return { PATH: process.env.PATH ?? "", API_URL: url, API_KEY: key };
}

/** Runs the command in a process of its own, to its end. */
export function runCommand(
  environment: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env: environment }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}
