import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { baseOf, extendProtocol, inPack } from "@anyone/domain/annotate/extend-protocol";
import type { PlacedFinding } from "@anyone/domain/annotate/finding";
import { inspectDocument } from "@anyone/domain/annotate/load-protocol";
import { inspectProtocol, readYaml } from "@anyone/domain/annotate/parse-protocol";
import { PROTOCOLS_FOLDER } from "@anyone/domain/annotate/prime-human";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { Fault, fault } from "@anyone/domain/fault";

/** A protocol file as the command read it: the whole protocol, a pack's base included, or what is wrong with the file. */
export interface ProtocolFile {
  file: string;
  protocol?: Protocol;
  document?: Record<string, unknown>;
  findings: PlacedFinding[];
}

/**
 * Reads a protocol file, or a pack over the base it names: that stands beside it as `<name>-<version>.yaml`, or is one of ours.
 *
 * @throws Fault `bad-input` when the file or its base cannot be read at all.
 */
export function readProtocolFile(file: string): ProtocolFile {
  const text = readText(file, "the protocol");
  const { document, findings, place } = readYaml(text);
  const base = findings.length === 0 ? baseOf(document) : null;
  if (base === null) return { file, ...inspectProtocol(text) };

  const below = readBase(file, base);
  try {
    const whole = extendProtocol(below, document);
    const read = inspectDocument(whole);
    if (read.protocol) return { file, protocol: read.protocol, document: whole, findings: [] };
    return { file, findings: read.findings.map((finding) => place(inPack(below, finding))) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { file, findings: [place({ path: ["extends"], entry: "", message: error.message.replace(/\.$/, "") })] };
  }
}

function readBase(file: string, base: string): Record<string, unknown> {
  const name = `${base.replace("@", "-")}.yaml`;
  for (const path of [join(dirname(file), name), join(PROTOCOLS_FOLDER, name)]) {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      continue;
    }
    const { document, findings } = inspectProtocol(text);
    if (document) return document;
    throw fault("bad-protocol", `${path}, the base of ${basename(file)}, has ${findings.length} error(s).`, {
      hint: `See them: anyone protocol check ${path}`,
    });
  }
  throw fault("bad-input", `${basename(file)} extends ${base}, which is not here.`, {
    hint: `Put ${name} beside it.`,
  });
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw fault("bad-input", `${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}.`, {
      cause,
      hint: `Name the file that holds ${what}.`,
    });
  }
}
