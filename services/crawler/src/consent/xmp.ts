import { type Said, said, sourceTypeStance } from "@anyone/domain/source/consent";
import { SaxesParser } from "saxes";

const PLUS = "http://ns.useplus.org/ldf/xmp/1.0/";
const IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/** The two properties that concern us, each as RDF may write it: an attribute, an element's text, or its `rdf:resource`. */
const PROPERTIES: readonly { uri: string; local: string; tell: (value: string) => Said }[] = [
  {
    uri: PLUS,
    local: "DataMining",
    tell: (value) => said("iptc-data-mining", miningStance(value), value),
  },
  {
    uri: IPTC,
    local: "DigitalSourceType",
    tell: (value) => said("digital-source-type", sourceTypeStance(value), value),
  },
];
const DEEPEST = 64;

/** What a packet of XMP says. Read until the first thing that is not XML; a prefix may be any, namespaces count. */
export function readXmp(packet: string): Said[] {
  const found: Said[] = [];
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  let open: { tell: (value: string) => Said; depth: number; text: string } | undefined;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ uri, local, attributes }) => {
    if (++depth > DEEPEST) throw new Error("XMP is not that deep");
    for (const attribute of Object.values(attributes)) {
      const property = PROPERTIES.find((one) => one.uri === attribute.uri && one.local === attribute.local);
      if (property) found.push(property.tell(attribute.value));
    }
    const property = PROPERTIES.find((one) => one.uri === uri && one.local === local);
    if (!property) return;
    const resource = Object.values(attributes).find((one) => one.uri === RDF && one.local === "resource");
    if (resource) found.push(property.tell(resource.value));
    else open = { tell: property.tell, depth, text: "" };
  });
  parser.on("text", (text) => {
    if (open) open.text += text;
  });
  parser.on("closetag", () => {
    if (open?.depth === depth) {
      if (open.text.trim() !== "") found.push(open.tell(open.text.trim()));
      open = undefined;
    }
    depth--;
  });
  try {
    parser.write(packet.slice(Math.max(0, packet.indexOf("<")))).close();
  } catch {
    return found;
  }
  return found;
}

/** The PLUS vocabulary: `DMI-ALLOWED`, `DMI-UNSPECIFIED`, or one of several prohibitions, which for training are all the same. */
function miningStance(value: string): Said["stance"] {
  if (/DMI-PROHIBITED/i.test(value)) return "reserves";
  return /DMI-ALLOWED$/i.test(value) ? "allows" : "silent";
}
