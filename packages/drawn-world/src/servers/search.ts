import type { CatalogueEntry } from "./catalogue.ts";

/** What every picture of the world is tagged with, whatever it shows; only titles tell more. */
const TAGS = ["person", "people", "portrait"];

/** A search as photo sites have it: the entries whose title and tags hold every word, in their order. Nothing is found by none. */
export function searchOf(entries: readonly CatalogueEntry[]): (text: string) => readonly CatalogueEntry[] {
  const words = new Map(entries.map((entry) => [entry, new Set([...TAGS, ...wordsOf(entry.title)])]));
  return (text) => {
    const wanted = wordsOf(text);
    return wanted.length === 0 ? [] : entries.filter((entry) => wanted.every((word) => words.get(entry)?.has(word)));
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}-]+/gu) ?? [];
}
