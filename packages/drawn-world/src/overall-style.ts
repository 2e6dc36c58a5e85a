import type { Forced } from "./attributes.ts";
import type { Category } from "./vocabulary.ts";

/** The dressing style that an outfit has as a whole: the first rule that fits. */
export function overallStyle(values: Readonly<Partial<Record<Category, string>>>): string {
  const is = (id: Category, ...words: string[]): boolean => words.includes(values[id] ?? "");
  if (is("special.type", "saree", "kimono", "hanfu", "hanbok", "qipao", "abaya or thobe")) return "traditional";
  if (is("special.type", "swimsuit", "bikini") || (is("hat.material", "straw") && is("bottom.type", "shorts")))
    return "beach";
  if (is("special.type", "uniform") || is("one_piece.type", "overalls") || is("hat.type", "helmet")) return "workwear";
  if (is("special.type", "academic gown") || is("one_piece.type", "wedding dress", "evening gown")) return "formal";
  if (
    is("special.type", "stage costume") ||
    is("top.color", "gold", "silver") ||
    is("one_piece.material", "velvet", "silk")
  )
    return "party";
  if (is("tie.wears", "yes")) return is("coat.type", "blazer") ? "formal" : "business";
  if (is("coat.type", "blazer") || is("bottom.type", "suit trousers")) return "business";
  if (is("bottom.type", "sweatpants", "leggings") || is("coat.type", "windbreaker") || is("one_piece.type", "bodysuit"))
    return "sporty";
  if (
    is("top.type", "hoodie", "sweatshirt") ||
    is("bottom.bottom_shape", "baggy") ||
    is("bottom.pattern", "camouflage")
  )
    return "street";
  if (
    is("headband.wears", "yes") ||
    is("headscarf.wears", "yes") ||
    (is("one_piece.pattern", "floral") && is("one_piece.length", "midi", "maxi"))
  )
    return "bohemian";
  if (is("hat.type", "fedora", "beret", "hat") || is("one_piece.pattern", "dotted", "plaid") || is("top.type", "vest"))
    return "vintage";
  return "casual";
}

/** Clothes that make a style that a caller asks for. */
export const STYLE_PRESETS: Readonly<Record<string, Forced>> = {
  casual: {
    "top.type": "t-shirt",
    "bottom.type": "jeans",
    "bottom.bottom_shape": "straight",
    "hat.type": "none",
    "coat.type": "none",
    "top.color": "green",
  },
  formal: {
    "one_piece.type": "none",
    "top.type": "shirt",
    "tie.wears": "yes",
    "coat.type": "blazer",
    "bottom.type": "suit trousers",
    "hat.type": "none",
  },
  business: {
    "top.type": "shirt",
    "tie.wears": "no",
    "coat.type": "blazer",
    "bottom.type": "suit trousers",
    "hat.type": "none",
  },
  sporty: {
    "top.type": "t-shirt",
    "bottom.type": "sweatpants",
    "shoes.type": "sneakers",
    "hat.type": "none",
    "coat.type": "none",
  },
  street: {
    "top.type": "hoodie",
    "bottom.type": "jeans",
    "bottom.bottom_shape": "baggy",
    "shoes.type": "sneakers",
    "hat.type": "baseball cap",
  },
  bohemian: {
    "headband.wears": "yes",
    "one_piece.type": "dress",
    "one_piece.pattern": "floral",
    "one_piece.length": "maxi",
    "one_piece.material": "cotton",
  },
  vintage: {
    "hat.type": "fedora",
    "top.type": "vest",
    "bottom.type": "pants",
    "coat.type": "none",
    "hat.material": "wool",
  },
  traditional: { "special.type": "kimono" },
  party: { "one_piece.type": "dress", "one_piece.material": "velvet", "hat.type": "none" },
  beach: { "hat.type": "wide-brim hat", "hat.material": "straw", "bottom.type": "shorts", "top.type": "t-shirt" },
  workwear: { "one_piece.type": "overalls", "hat.type": "helmet" },
};
