import { Document, isMap, isScalar, isSeq, type Pair, visit } from "yaml";
import { FIELDS } from "./protocol.ts";

/** Lines as wide as a protocol's own; longer flow collections are broken by the writer. */
const LINE_WIDTH = 140;

/** Keys as authors write them; a stored document has lost their order. What is named in none of these keeps its place at the end. */
const ORDER: readonly string[] = [
  ...FIELDS.protocol,
  "n",
  "id",
  ...FIELDS.groups,
  ...FIELDS.categories,
  ...FIELDS.parsing,
  ...["answer", "is", "not", "covered", "by", "level", "when", "at_most", "positive", "remove", "says"],
];

/** A protocol's document as a YAML file to edit: its sections as blocks, each entry below them in one flow collection. */
export function writeProtocol(document: Record<string, unknown>): string {
  const tree = new Document(document, { version: "1.2" });
  visit(tree, {
    Collection(_, node, path) {
      // the document and its sections are blocks; below them an entry is one flow collection
      node.flow = path.filter((one) => isMap(one) || isSeq(one)).length >= 2;
      if (isMap(node)) node.items.sort((a, b) => rankOf(a) - rankOf(b));
    },
    Scalar(_, node) {
      // words that YAML 1.1 takes for true or false
      if (typeof node.value === "string" && /^(?:yes|no|on|off)$/i.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return tree.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: false });
}

function rankOf({ key }: Pair): number {
  const rank = ORDER.indexOf(String(isScalar(key) ? key.value : key));
  return rank < 0 ? ORDER.length : rank;
}
