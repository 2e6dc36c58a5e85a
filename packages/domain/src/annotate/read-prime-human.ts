import { fault } from "../fault.ts";
import type { Protocol } from "./protocol.ts";

/**
 * The paper's protocol for a process that starts: there a broken file is one sentence. Imported as a module it ends a
 * process before its first line. Faults: `bad-protocol`.
 */
export async function readPrimeHuman(): Promise<{ protocol: Protocol; document: Record<string, unknown> }> {
  try {
    const { primeHuman, primeHumanDocument } = await import("./prime-human.ts");
    return { protocol: primeHuman, document: primeHumanDocument };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw fault("bad-protocol", `The protocol file is not valid JSON: ${error.message}.`, {
      cause: error,
      hint: "Correct the file at that place; every entry but the last of a list ends in a comma.",
    });
  }
}
