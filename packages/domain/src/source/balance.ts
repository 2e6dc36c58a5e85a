import type { Protocol } from "../annotate/protocol.ts";

/** Finds the words of a protocol in captions: names of options and groups, in lower case and whole; the longest wins. */
export function captionTerms(protocol: Protocol): RegExp {
  const unsaid = new Set(["none", "yes", "no", "solid color", "unclear"]);
  const words = [
    ...protocol.categories.flatMap(({ options }) => options),
    ...protocol.groups.map(({ name }) => name.replaceAll("_", " ")),
  ].map((word) => word.toLowerCase());
  const terms = [...new Set(words)].filter((word) => !unsaid.has(word)).sort((a, b) => b.length - a.length);
  const escaped = terms.map((term) => term.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})(?![\\p{L}\\p{N}])`, "gu");
}

/**
 * What a caption tells of a picture: its terms, and every two that follow each other in one phrase ("velvet coat").
 * Captions are often silent and sometimes wrong; they only decide what is fetched first.
 */
export function termsOf(caption: string, terms: RegExp): string[] {
  const found = new Set<string>();
  for (const phrase of caption.toLowerCase().split(/[,.;:!?|]/)) {
    const words = phrase.match(terms) ?? [];
    words.forEach((word, place) => {
      found.add(word);
      if (place > 0) found.add(`${words[place - 1]} ${word}`);
    });
  }
  return [...found];
}

/**
 * Picks `count` of a page's captions so that rare terms come first: again and again the caption whose terms were picked
 * least often so far, on average over its terms (balancing by metadata, Xu et al. 2023, arXiv 2309.16671, one page at a
 * time). Captions without a term keep their share of the page: "IMG_2034" says nothing of how rare its picture is.
 * Returns places in the order of the page.
 */
export function pickRare(captions: readonly (string | undefined)[], count: number, terms: RegExp): number[] {
  const read = captions.map((caption, place) => ({ place, terms: caption ? termsOf(caption, terms) : [] }));
  const told = read.filter((one) => one.terms.length > 0);
  const silent = read.filter((one) => one.terms.length === 0);
  const wanted = Math.min(count, read.length);
  const unread = Math.max(wanted - told.length, Math.round((wanted * silent.length) / Math.max(1, read.length)));
  return [...rarest(told, wanted - unread), ...evenly(silent, unread)].map(({ place }) => place).sort((a, b) => a - b);
}

interface Told {
  place: number;
  terms: readonly string[];
}

function rarest(captions: readonly Told[], count: number): Told[] {
  const left = [...captions];
  const times = new Map<string, number>();
  const worth = (own: readonly string[]) =>
    own.reduce((sum, term) => sum + 1 / (1 + (times.get(term) ?? 0)), 0) / own.length;
  return Array.from({ length: count }, () => {
    let best = 0;
    let most = -1;
    left.forEach(({ terms }, index) => {
      const value = worth(terms);
      if (value > most) [best, most] = [index, value];
    });
    const [chosen] = left.splice(best, 1) as [Told];
    for (const term of chosen.terms) times.set(term, (times.get(term) ?? 0) + 1);
    return chosen;
  });
}

function evenly<Item>(items: readonly Item[], count: number): Item[] {
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)] as Item);
}
