import type { Protocol } from "./protocol.ts";

/**
 * The paper's protocol for a process that starts: there a broken file is one sentence. Imported at the top of a module it
 * would end a process before its first line. Faults: `bad-protocol`.
 */
export async function readPrimeHuman(): Promise<{ protocol: Protocol; document: Record<string, unknown> }> {
  const { primeHuman, primeHumanDocument } = await import("./prime-human.ts");
  return { protocol: primeHuman, document: primeHumanDocument };
}
