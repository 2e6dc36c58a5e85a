import type { Category } from "./vocabulary.ts";

/** What is drawn beyond the protocol's 70 categories. */
export const EXTRAS = [
  "one_piece.color",
  "special.color",
  "hat.color",
  "bag.color",
  "scarf.color",
  "tie.color",
  "headband.color",
  "headscarf.color",
  "veil.color",
  "socks.color",
  "belt.color",
  "eyewear.type",
  "face.facial_hair",
  "tie.kind",
] as const;
export type Extra = (typeof EXTRAS)[number];

/** Everything that is true of a person before any gate asks whether it can be seen. */
export interface Attributes {
  readonly values: Readonly<Partial<Record<Category, string>>>;
  readonly secondColors: Readonly<Partial<Record<Category, string>>>;
  readonly extras: Readonly<Partial<Record<Extra, string>>>;
}

/** Answers that a caller wants drawn: any category, or any extra. */
export type Forced = Readonly<Partial<Record<Category | Extra, string>>>;
