import type { z } from "zod";
import { type Fault, fault } from "../fault.ts";
import { type Finding, nearest, type Path, sentenceOf } from "./finding.ts";
import { FIELDS, type Protocol, ProtocolDocument } from "./protocol.ts";
import { checkProtocol } from "./protocol-checks.ts";

/** A fault is read as one message: one slip that repeats in every category needs no telling 70 times. */
const MOST_TOLD = 20;

/**
 * A protocol from a document that is read already: a database row, an answer of the API.
 *
 * @throws Fault `bad-protocol` with every finding and the way out.
 */
export function loadProtocol(document: unknown): Protocol {
  const { protocol, findings } = inspectDocument(document);
  if (!protocol) throw brokenProtocol(findings.map(sentenceOf));
  return protocol;
}

/** The protocol a document holds, or what is wrong with it: one of the two is empty. */
export function inspectDocument(document: unknown): { protocol?: Protocol; findings: Finding[] } {
  const read = ProtocolDocument.safeParse(document);
  if (!read.success) return { findings: read.error.issues.flatMap((issue) => explain(document, issue)) };
  const protocol = assemble(read.data);
  const findings = [...unknownLists(read.data), ...checkProtocol(protocol)];
  return findings.length > 0 ? { findings } : { protocol, findings };
}

/** The fault of a broken protocol; each sentence says one thing that is wrong. */
export function brokenProtocol(sentences: readonly string[], file = "The label protocol"): Fault {
  const told = sentences.slice(0, MOST_TOLD);
  const more = sentences.length > told.length ? `; and ${sentences.length - told.length} more` : "";
  return fault("bad-protocol", `${file} has ${sentences.length} error(s): ${told.join("; ")}${more}.`, {
    hint: "Correct these entries of the protocol file, or publish the change as a new version beside the old file.",
  });
}

function assemble(document: z.infer<typeof ProtocolDocument>): Protocol {
  const categories = document.categories.map((category, index) => ({
    ...category,
    index,
    options: typeof category.options === "string" ? (document.vocab[category.options] ?? []) : category.options,
  }));
  return {
    ...document,
    identity: `${document.protocol}@${document.version}`,
    categories,
    byId: new Map(categories.map((category) => [category.id, category])),
    groupById: new Map(document.groups.map((group) => [group.id, group])),
  };
}

/** Categories whose options name a list that `vocab` lacks. */
function unknownLists({ categories, vocab }: z.infer<typeof ProtocolDocument>): Finding[] {
  return categories.flatMap(({ id, options }, place) =>
    typeof options !== "string" || vocab[options]
      ? []
      : [
          {
            path: ["categories", place, "options"],
            entry: id,
            message: `vocab has no list "${options}"`,
            hint: nearest(options, Object.keys(vocab)),
          },
        ],
  );
}

/** A finding of the shape: a missing key, a key that is not known, a value of the wrong form. */
function explain(document: unknown, issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.filter((key) => typeof key !== "symbol");
  const entry = entryAt(document, path);
  const rest = path.slice(typeof path[1] === "number" ? 2 : entry ? 1 : 0).join(".");
  const prefix = rest ? `${rest}: ` : "";
  if (issue.code === "unrecognized_keys") {
    const known = FIELDS[(path.length === 0 ? "protocol" : path[0]) as keyof typeof FIELDS] ?? [];
    return issue.keys.map((key) => ({
      path: [...path, key],
      entry,
      message: `${prefix}there is no "${key}" here`,
      hint: nearest(key, known),
      ofKey: true,
    }));
  }
  if (path.length > 0 && at(document, path) === undefined) {
    return [{ path, entry: rest ? entry : "", message: `${rest || entry} is missing` }];
  }
  if (issue.code === "invalid_value") {
    const given = String(at(document, path));
    const values = issue.values.map(String);
    const message = `${prefix}"${given}" stands where one of ${values.join(", ")} must`;
    return [{ path, entry, message, hint: nearest(given, values) }];
  }
  const said = issue.message === "Invalid input" ? "it has none of the forms that may stand there" : issue.message;
  return [{ path, entry, message: `${prefix}${said}` }];
}

function entryAt(document: unknown, [list, place]: Path): string {
  if (list === undefined) return "";
  const item = place === undefined ? undefined : at(document, [list, place]);
  const id = (item as { id?: unknown } | null | undefined)?.id;
  if (typeof id === "string") return id;
  return typeof place === "number" ? `${list}[${place}]` : String(list);
}

function at(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner !== null && typeof inner === "object" ? (inner as Record<string, unknown>)[key] : undefined),
    document,
  );
}
