import { closestMatch } from "leven";

/** Where in a protocol's document something stands: keys and places in lists, from the top. */
export type Path = readonly (string | number)[];

/** Something wrong in a protocol, with the place, the entry it belongs to ("" for the whole file) and why. */
export interface Finding {
  path: Path;
  /** Id of the category, group or rule, or the name of the section. */
  entry: string;
  message: string;
  /** What was probably meant. */
  hint?: string | undefined;
  /** Whether it is about the last key of the path, not about what stands under it. */
  ofKey?: boolean;
}

/** A finding in a file: `line` and `column` count from 1. */
export interface PlacedFinding extends Finding {
  line: number;
  column: number;
}

/** `did you mean "knee-length"?`, or nothing where no name is near: at most one letter in three may differ. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const plain = new Map(names.map((name) => [name.toLowerCase(), name]));
  const most = Math.max(1, Math.floor(word.length / 3));
  const near = closestMatch(word.toLowerCase(), [...plain.keys()], { maxDistance: most });
  return near === undefined ? undefined : `did you mean "${plain.get(near)}"?`;
}

/** A finding as one sentence without its place: `top.pattern: its gate looks at … (did you mean …?)`. */
export function sentenceOf({ entry, message, hint }: Finding): string {
  return `${entry ? `${entry}: ` : ""}${message}${hint ? ` (${hint})` : ""}`;
}

/** Names that stand more than once, each once. */
export function repeated(items: readonly string[]): string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}
