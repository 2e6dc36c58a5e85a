import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sentenceOf } from "./finding.ts";
import { brokenProtocol } from "./load-protocol.ts";
import { inspectProtocol } from "./parse-protocol.ts";

/** The folder of our protocol files, each named `<name>-<version>.yaml`. */
export const PROTOCOLS_FOLDER = fileURLToPath(new URL("../../protocols", import.meta.url));
export const PRIME_HUMAN_FILE = `${PROTOCOLS_FOLDER}/prime-human-1.0.0.yaml`;

const { protocol, document, findings } = inspectProtocol(readFileSync(PRIME_HUMAN_FILE, "utf8"));
if (!protocol || !document) {
  throw brokenProtocol(findings.map((one) => `line ${one.line}:${one.column}: ${sentenceOf(one)}`));
}

/** The paper's protocol as reconstructed here: 70 categories in 21 groups over the 18 ATR parts. */
export const primeHuman = protocol;

/** The protocol's document, as it is published in the database and sent to whoever reads it. */
export const primeHumanDocument: Record<string, unknown> = document;
