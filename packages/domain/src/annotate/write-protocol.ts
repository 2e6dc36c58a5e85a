import { Document, isMap, isSeq, visit } from "yaml";

/** Lines as wide as a protocol's own; longer flow collections are broken by the writer. */
const LINE_WIDTH = 140;

/** A protocol's document as a YAML file to edit: its sections as blocks, each entry below them in one flow collection. */
export function writeProtocol(document: Record<string, unknown>): string {
  const tree = new Document(document, { version: "1.2" });
  visit(tree, {
    Collection(_, node, path) {
      // the document and its sections are blocks; below them an entry is one flow collection
      node.flow = path.filter((one) => isMap(one) || isSeq(one)).length >= 2;
    },
    Scalar(_, node) {
      // words that YAML 1.1 takes for true or false
      if (typeof node.value === "string" && /^(?:yes|no|on|off)$/i.test(node.value)) node.type = "QUOTE_DOUBLE";
    },
  });
  return tree.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: false });
}
