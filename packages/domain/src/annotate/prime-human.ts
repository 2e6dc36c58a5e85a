import document from "../../protocols/prime-human-1.0.0.json" with { type: "json" };
import { loadProtocol } from "./parse-protocol.ts";

/** The paper's protocol as reconstructed here: 70 categories in 21 groups over the 18 ATR parts. */
export const primeHuman = loadProtocol(document);

/** The protocol's file, as it is published in the database and sent to whoever reads it. */
export const primeHumanDocument: Record<string, unknown> = document;
