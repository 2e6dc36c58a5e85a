/** Letters with a meaning of their own on the labelling page are no option's key. */
const LETTERS = "abcdeijklpqrtwy";
const KEYS = [..."1234567890", ...LETTERS];

/** That there is no such thing, where one asks for its kind at once. */
export const NONE_KEY = "x";

/** The key of the option at this place: 1–9, 0, then letters; undefined for those that are only found by typing. */
export function keyOf(place: number): string | undefined {
  return KEYS[place];
}

/** The key that was pressed, as options name theirs. ⇧1 types ! on one keyboard and + on another: a digit is told by its place. */
export function keyPressed({ code, key }: Pick<KeyboardEvent, "code" | "key">): string {
  return /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1] ?? key.toLowerCase();
}
