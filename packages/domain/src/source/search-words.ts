import type { Category, Protocol } from "../annotate/protocol.ts";

/** Options that nobody would write under a picture. */
const UNSAID = new Set(["solid color", "unclear"]);

/**
 * What is searched for to find an option: the protocol's words for it, as people write them under pictures ("person kimono", "person
 * velvet coat"). Only words that tell: sites return what holds all of them, so each more finds less. Null where no words find it: what
 * is absent, what nobody writes, and what people are (`sensitive`), which strangers' captions only guess at and nobody is searched for.
 */
export function searchWords(protocol: Protocol, category: Category, option: string): string | null {
  if (category.sensitive || option === category.absent || UNSAID.has(option)) return null;
  const subject = protocol.subject.replace(/^(one|an?) /, "");
  return `${subject} ${named(protocol, category, option)}`;
}

function named(protocol: Protocol, { id, group, key }: Category, option: string): string {
  const said = bare(protocol.caption.phrases[id]?.[option] || option);
  const { name, noun } = protocol.groupById.get(group) ?? { name: group, noun: null };
  const thing = name.replaceAll("_", " ");
  if (option === "yes") return thing;
  // A kind names its thing itself; groups without a noun (frame, scene) have none to name.
  return key === "type" || noun === null ? said : `${said} ${thing}`;
}

/** Without the article, and of two names the first: "a city street" → "city street", "abaya or thobe" → "abaya". */
function bare(words: string): string {
  return words
    .replaceAll("_", " ")
    .replace(/^(an?|the) /, "")
    .replace(/ or .*/, "");
}
