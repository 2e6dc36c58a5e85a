/** Letters with a meaning of their own on the labelling page are no option's key. */
const LETTERS = "abcdefgijklmpqrstwxy";
const KEYS = [..."1234567890", ...LETTERS];

/** The key of the option at this place: 1–9, 0, then letters; undefined for those that are only found by typing. */
export function keyOf(place: number): string | undefined {
  return KEYS[place];
}

/** The place of the option that a key stands for. */
export function placeOf(key: string): number {
  return KEYS.indexOf(key.toLowerCase());
}
