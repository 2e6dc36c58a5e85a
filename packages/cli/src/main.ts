import { CommanderError } from "commander";
import { fail } from "./fail.ts";
import { makeProgram } from "./program.ts";

// Whoever reads our output may have seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const json = process.argv.includes("--json");

makeProgram({ json })
  .parseAsync()
  .catch((error: unknown) => {
    if (error instanceof CommanderError && error.exitCode === 0) process.exit(0);
    fail(error, json);
    process.exit(1);
  });
