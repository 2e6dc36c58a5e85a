import type { Figure } from "./figure/figure.ts";
import { type Category, type Framing, NOT_VISIBLE } from "./vocabulary.ts";

/** Groups that must show to be answered, and the answer of someone who does not see them. */
const ABSENT: Readonly<Record<string, readonly [Category, string]>> = {
  bag: ["bag.type", "none"],
  hat: ["hat.type", "none"],
  belt: ["belt.wears", "no"],
  scarf: ["scarf.wears", "no"],
  headband: ["headband.wears", "no"],
  headscarf: ["headscarf.wears", "no"],
  veil: ["veil.wears", "no"],
  socks: ["socks.wears", "no"],
  tie: ["tie.wears", "no"],
  coat: ["coat.type", "none"],
};
const SEEN_SHARE = 0.0006;

/** The groups of which less than .06 % of the picture shows. */
export function unseenGroups(pixels: ReadonlyMap<string, number>, total: number): ReadonlySet<string> {
  return new Set(Object.keys(ABSENT).filter((group) => (pixels.get(group) ?? 0) < SEEN_SHARE * total));
}

const SLEEVED_COATS = [
  "jacket",
  "overcoat",
  "coat",
  "trench coat",
  "blazer",
  "cardigan",
  "puffer",
  "windbreaker",
  "cape",
];

/**
 * What gates can not know: an answer that something else covers or the frame cuts off is `not_visible`, and a thing of which nothing shows is
 * not there for anyone who looks.
 */
export function hiddenCategories(
  figure: Figure,
  framing: Framing,
  unseen: ReadonlySet<string>,
): ReadonlyMap<Category, string> {
  const hidden = new Map<Category, string>();
  const hide = (...ids: Category[]): void => {
    for (const id of ids) hidden.set(id, NOT_VISIBLE);
  };
  for (const [group, [id, absent]] of Object.entries(ABSENT)) if (unseen.has(group)) hidden.set(id, absent);
  if (figure.is("scarf.wears", "yes") || figure.is("headscarf.wears", "yes"))
    hide("top.collar_shape", "one_piece.collar_shape", "coat.collar_shape");
  if (figure.is("coat.type", ...SLEEVED_COATS))
    hide("top.sleeve_length", "one_piece.sleeve_length", "one_piece.shoulder_exposure");
  if (framing === "headshot") {
    hide("top.sleeve_length", "one_piece.sleeve_length", "special.sleeve_length");
  }
  if (framing === "portrait") {
    for (const id of ["top.sleeve_length", "one_piece.sleeve_length", "special.sleeve_length"] as const)
      if (figure.is(id, "mid-sleeve", "long sleeve")) hide(id);
  }
  if (framing === "upper_body") hide("bottom.bottom_shape");
  if (figure.is("headscarf.wears", "yes")) hide("hair.style", "hair.length", "hair.color");
  if (figure.is("hat.type", "turban") && figure.is("hair.style", "crew cut", "bun", "updo")) hide("hair.style");
  return hidden;
}
