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
 * time). Captions without a term come last. Returns places in the order of the page.
 */
export function pickRare(captions: readonly (string | undefined)[], count: number, terms: RegExp): number[] {
  const left = captions.map((caption, place) => ({ place, terms: caption ? termsOf(caption, terms) : [] }));
  const picked: number[] = [];
  const times = new Map<string, number>();
  const worth = (own: readonly string[]) =>
    own.reduce((sum, term) => sum + 1 / (1 + (times.get(term) ?? 0)), 0) / Math.max(1, own.length);
  while (picked.length < count && left.length > 0) {
    let best = 0;
    let most = -1;
    left.forEach(({ terms: own }, index) => {
      const value = worth(own);
      if (value > most) [best, most] = [index, value];
    });
    const [chosen] = left.splice(best, 1);
    if (!chosen) break;
    picked.push(chosen.place);
    for (const term of chosen.terms) times.set(term, (times.get(term) ?? 0) + 1);
  }
  return picked.sort((a, b) => a - b);
}
