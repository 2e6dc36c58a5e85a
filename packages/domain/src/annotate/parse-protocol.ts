import type { z } from "zod";
import { type Fault, fault } from "../fault.ts";
import { type Protocol, ProtocolDocument } from "./protocol.ts";
import { checkProtocol, type Finding } from "./protocol-checks.ts";

/**
 * Reads and checks a protocol file.
 *
 * @throws Fault `bad-protocol` with every finding, each naming the line and the category, and the way out.
 */
export function parseProtocol(text: string): Protocol {
  return checked(readJson(text), (where) => lineOf(text, where));
}

/** The same for a document that is already an object (a JSON module, a database row); findings name no line. */
export function loadProtocol(document: unknown): Protocol {
  return checked(document, () => undefined);
}

function checked(raw: unknown, line: (entry: string) => number | undefined): Protocol {
  const read = ProtocolDocument.safeParse(raw);
  if (!read.success) {
    throw broken(
      read.error.issues.map((issue) => ({
        entry: entryAt(raw, issue.path),
        message: `${issue.path.slice(issue.path[0] === "categories" ? 2 : 0).join(".")}: ${
          issue.message === "Invalid input" ? "it has none of the forms that may stand there" : issue.message
        }`,
      })),
      line,
    );
  }
  const protocol = assemble(read.data);
  const findings = checkProtocol(protocol);
  if (findings.length > 0) throw broken(findings, line);
  return protocol;
}

function assemble(document: z.infer<typeof ProtocolDocument>): Protocol {
  const categories = document.categories.map((category, index) => ({
    ...category,
    index,
    options:
      typeof category.options === "string"
        ? (document.vocab[category.options] ?? [category.options])
        : category.options,
  }));
  return {
    ...document,
    identity: `${document.protocol}@${document.version}`,
    categories,
    byId: new Map(categories.map((category) => [category.id, category])),
    groupById: new Map(document.groups.map((group) => [group.id, group])),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fault("bad-protocol", `The protocol file is not valid JSON: ${(cause as Error).message}.`, {
      cause,
      hint: "Correct the file at that place; every entry but the last of a list ends in a comma.",
    });
  }
}

function broken(findings: readonly Finding[], line: (entry: string) => number | undefined): Fault {
  const sentences = findings.map(({ entry, message }) => {
    const at = entry && line(entry);
    return `${entry ? `${entry}${at ? ` (line ${at})` : ""}: ` : ""}${message}`;
  });
  return fault("bad-protocol", `The label protocol has ${findings.length} error(s): ${sentences.join("; ")}.`, {
    hint: "Correct these entries of the protocol file, or publish the change as a new version beside the old file.",
  });
}

function entryAt(raw: unknown, path: readonly PropertyKey[]): string {
  const [list, place] = path;
  const item = (raw as Record<PropertyKey, unknown[]> | null)?.[list ?? ""]?.[Number(place)] as
    | { id?: unknown }
    | undefined;
  return typeof item?.id === "string" ? item.id : typeof place === "number" ? `${String(list)}[${place}]` : "";
}

function lineOf(text: string, entry: string): number | undefined {
  const place = text.search(new RegExp(`"(?:id"\\s*:\\s*")?${entry.replace(/[.[\]]/g, "\\$&")}"`));
  return place < 0 ? undefined : text.slice(0, place).split("\n").length;
}
