import { type Document, isCollection, isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { type Finding, type PlacedFinding, sentenceOf } from "./finding.ts";
import { brokenProtocol, inspectDocument } from "./load-protocol.ts";
import type { Protocol } from "./protocol.ts";

/** A protocol's text is read by people: what is larger is something else. */
const MOST_CHARACTERS = 2_000_000;
/** What YAML 1.1 takes for true or false and YAML 1.2 for a word: parsers differ, so it has to be quoted. */
const AMBIGUOUS = /^(?:yes|no|on|off)$/i;

/** What a protocol file's text holds: the protocol and its plain document, or what is wrong with it. */
export interface Inspected {
  protocol?: Protocol;
  document?: Record<string, unknown>;
  findings: PlacedFinding[];
}

/**
 * Reads and checks a protocol file.
 *
 * @throws Fault `bad-protocol` with every finding, each with its line and column, the entry and what was probably meant.
 */
export function parseProtocol(text: string, file = "The label protocol"): Protocol {
  const { protocol, findings } = inspectProtocol(text);
  if (!protocol)
    throw brokenProtocol(
      findings.map((one) => `line ${one.line}:${one.column}: ${sentenceOf(one)}`),
      file,
    );
  return protocol;
}

/** The same without throwing, for whoever shows findings one by one. A file in JSON is YAML too. */
export function inspectProtocol(text: string): Inspected {
  const { document, findings, place } = readYaml(text);
  if (findings.length > 0) return { findings };
  const read = inspectDocument(document);
  if (read.protocol) return { protocol: read.protocol, document: document as Record<string, unknown>, findings: [] };
  return { findings: inOrder(read.findings.map(place)) };
}

/** A YAML text as plain data, and a function that finds the line and column of a path in it. */
export function readYaml(text: string): {
  document: unknown;
  findings: PlacedFinding[];
  place: (finding: Finding) => PlacedFinding;
} {
  const none = (finding: Finding): PlacedFinding => ({ ...finding, line: 1, column: 1 });
  if (text.length > MOST_CHARACTERS) {
    const message = `the file has ${text.length} characters; a protocol has at most ${MOST_CHARACTERS}`;
    return { document: undefined, findings: [none({ path: [], entry: "", message })], place: none };
  }
  const lines = new LineCounter();
  const whereIs = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const tree = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
    const broken = [...tree.errors, ...tree.warnings].map(({ message, pos: [offset] }) => ({
      path: [],
      entry: "",
      message: `this is not valid YAML: ${message.replace(/\.$/, "")}`,
      ...whereIs(offset),
    }));
    const findings = broken.length > 0 ? broken : ambiguous(tree).map((word) => ({ ...word, ...whereIs(word.offset) }));
    if (findings.length > 0) return { document: undefined, findings, place: none };
    // the counter knows the lines it has read past
    const place = (finding: Finding) => ({ ...finding, ...whereIs(offsetOf(tree, finding)) });
    return { document: tree.toJS({ maxAliasCount: 100 }), findings, place };
  } catch (error) {
    // nesting deeper than the stack, or more aliases than a protocol has any use for
    const message = `the file cannot be read: ${(error as Error).message}`;
    return { document: undefined, findings: [none({ path: [], entry: "", message })], place: none };
  }
}

function ambiguous(tree: Document): (Finding & { offset: number })[] {
  const found: (Finding & { offset: number })[] = [];
  visit(tree, {
    Scalar(_, { type, source = "", range }) {
      if (type !== "PLAIN" || !AMBIGUOUS.test(source)) return;
      const message = `"${source}" is a word to some readers of YAML and true or false to others`;
      found.push({ path: [], entry: "", message, hint: `write it in quotes: "${source}"`, offset: range?.[0] ?? 0 });
    },
  });
  return found;
}

/** Where a path begins in the text; of a path that is not there, where its nearest ancestor does. */
function offsetOf(tree: Document, { path, ofKey = false }: Finding): number {
  let node: unknown = tree.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    if (!isCollection(node)) break;
    const pair = isMap(node) ? node.items.find(({ key: name }) => isScalar(name) && name.value === key) : undefined;
    node = isMap(node) ? pair?.value : node.items[Number(key)];
    const asKey = pair && ((ofKey && depth === path.length - 1) || isBlock(node));
    const start = rangeStart(asKey ? pair.key : node) ?? rangeStart(pair?.key);
    if (start === undefined) break;
    offset = start;
  }
  return offset;
}

/** A block begins on the line below its key: there the key is what a reader looks for. */
function isBlock(node: unknown): boolean {
  return isCollection(node) && !node.flow;
}

function rangeStart(node: unknown): number | undefined {
  return (node as { range?: readonly [number, number, number] | null } | null | undefined)?.range?.[0];
}

function inOrder(findings: PlacedFinding[]): PlacedFinding[] {
  return findings.sort((a, b) => a.line - b.line || a.column - b.column);
}
