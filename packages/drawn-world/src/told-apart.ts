import type { Category, Framing } from "./vocabulary.ts";

const LONG_COATS = ["overcoat", "coat", "trench coat"];
const TOLD_BY_THE_BODY = ["swimsuit", "bikini", "academic gown", "stage costume", "abaya or thobe"];

/**
 * Kinds that nobody can tell where the frame ends: a romper is told from a jumpsuit by its legs, an overcoat from a blazer
 * by its hem. Chance does not draw them there, so that an answer is always to be seen; who wishes for one gets it.
 */
const UNTOLD: Readonly<Record<Framing, Readonly<Partial<Record<Category, readonly string[]>>>>> = {
  headshot: { "special.type": TOLD_BY_THE_BODY, "coat.type": LONG_COATS },
  portrait: { "special.type": TOLD_BY_THE_BODY, "coat.type": LONG_COATS },
  upper_body: {
    "one_piece.type": ["romper", "evening gown"],
    "bottom.type": ["shorts", "culottes", "leggings"],
  },
  nearly_full_body: {},
  full_body: {},
};

/** The kinds of a garment that can't be told in this framing. */
export function untold(framing: string | undefined, id: Category): readonly string[] {
  return UNTOLD[framing as Framing]?.[id] ?? [];
}

/** Whether enough of a body shows to tell a dress or a jumpsuit from a top. */
export function showsOnePieces(framing: string | undefined): boolean {
  return framing !== "headshot" && framing !== "portrait";
}

/** Whether an outer layer is told from what is under it: a headshot ends at the collar. */
export function showsCoats(framing: string | undefined): boolean {
  return framing !== "headshot";
}
