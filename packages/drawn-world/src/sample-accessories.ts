import type { Chooser } from "./chooser.ts";
import * as often from "./frequencies.ts";
import type { Category } from "./vocabulary.ts";

/** What is worn on top of the clothes. Children of a "none" or "no" are left out. */
export function sampleAccessories(chooser: Chooser): void {
  const { choose, values, random } = chooser;
  const swim = ["swimsuit", "bikini"].includes(values["special.type"] as string);
  const bag = choose(
    "bag.type",
    random.chance(swim ? 0.05 : often.BAG_SHARE) || chooser.forced("bag.material") ? often.BAG_TYPE : { none: 1 },
  );
  if (bag !== "none") {
    const material = choose("bag.material", often.BAG_MATERIAL[bag] as often.Weights);
    choose("bag.color", colorsOf(material));
  }
  sampleHead(chooser);
  worn(chooser, "belt", canBelt(values) ? often.ACCESSORIES.belt.share : 0);
  worn(chooser, "scarf", swim ? 0 : often.ACCESSORIES.scarf.share);
  worn(chooser, "socks", showsSocks(values) ? often.ACCESSORIES.socks.share : 0);
  worn(chooser, "tie", canTie(values) ? often.ACCESSORIES.tie.share : 0);
  choose("tie.kind", often.zipf("necktie, bow tie"));
}

const colorsOf = (material: string): often.Weights =>
  material === "leather"
    ? often.LEATHER_COLOR
    : material === "straw"
      ? { beige: 1 }
      : material === "metal"
        ? { silver: 2, gold: 1 }
        : material === "denim"
          ? often.DENIM_COLOR
          : often.COLOR;

/** At most one of hat, headband, headscarf, veil by chance; a caller may force two. */
function sampleHead(chooser: Chooser): void {
  const { choose, values, random, forced } = chooser;
  const bride = values["one_piece.type"] === "wedding dress";
  const share = random.next();
  const { headband, headscarf, veil } = often.ACCESSORIES;
  const hatted = forced("hat.type") ?? (forced("hat.material") ? "hat" : undefined);
  const hat = hatted === undefined && (bride || share > often.HAT_SHARE) ? { none: 1 } : often.HAT_TYPE;
  const type = choose("hat.type", hat);
  if (type !== "none") {
    const material = choose("hat.material", often.HAT_MATERIAL[type] as often.Weights);
    choose("hat.color", colorsOf(material));
  }
  const free = type === "none";
  const female = values["person.gender"] === "female";
  const rest = free ? (share - often.HAT_SHARE) / (1 - often.HAT_SHARE) : 0.5;
  const band = female && rest < headband.share * 2;
  const cloth = female && !band && rest < headband.share * 2 + headscarf.share * 2;
  worn(chooser, "headband", band && !bride ? 1 : 0);
  worn(chooser, "headscarf", cloth && !bride ? 1 : 0);
  worn(chooser, "veil", free && bride ? 0.75 : female && rest > 1 - veil.share ? 1 : 0);
}

function worn(
  { choose, values, random }: Chooser,
  name: "belt" | "scarf" | "headband" | "headscarf" | "veil" | "socks" | "tie",
  share: number,
): void {
  const chance = random.chance(share);
  if (choose(`${name}.wears` as Category, chance ? { yes: 1 } : { no: 1 }) !== "yes") return;
  const material = choose(`${name}.material` as Category, often.ACCESSORIES[name].material);
  if (name !== "belt")
    choose(
      `${name}.pattern` as Category,
      name === "veil" ? { "solid color": 0.8, floral: 0.15, dotted: 0.05 } : often.SMALL_PATTERN,
    );
  const colors =
    name === "veil" ? often.zipf("white, beige, black", 1.5) : name === "belt" ? colorsOf(material) : often.COLOR;
  choose(
    `${name}.color` as "belt.color",
    name === "socks" || name === "tie" || name === "scarf"
      ? without(colors, [values["top.color"], values["coat.color"]])
      : colors,
  );
}

const without = (weights: often.Weights, words: readonly (string | undefined)[]): often.Weights =>
  Object.fromEntries(Object.entries(weights).filter(([word]) => !words.includes(word)));

type Values = Chooser["values"];
/** A belt is drawn over a waist that nothing hides: not under a coat's front, long hems, costumes or overalls. */
function canBelt(values: Values): boolean {
  if (values["special.type"] === "uniform") return true;
  if (values["special.type"] !== "none") return false;
  if (values["one_piece.type"] !== "none") return ["dress", "jumpsuit"].includes(values["one_piece.type"] as string);
  const top = values["top.type"] as string;
  const bottom = values["bottom.type"] as string;
  return (
    values["top.top_length"] === "normal" &&
    ["t-shirt", "shirt", "blouse", "polo shirt", "tank top"].includes(top) &&
    ["pants", "jeans", "suit trousers", "shorts", "skirt", "culottes"].includes(bottom)
  );
}

/** Socks can be seen where the lower leg is bare and the shoe leaves it so. */
export function showsSocks(values: Values): boolean {
  if (["boots", "barefoot", "slippers"].includes(values["shoes.type"] as string)) return false;
  if (values["special.type"] !== "none" && values["special.type"] !== "uniform") return false;
  const length = values["one_piece.type"] !== "none" ? values["one_piece.length"] : values["bottom.length"];
  return length === "short" || length === "knee-length" || length === "cropped";
}

/** A tie needs a collar that is seen. */
function canTie(values: Values): boolean {
  if (values["scarf.wears"] === "yes" || values["headscarf.wears"] === "yes") return false;
  if (values["special.type"] === "uniform") return true;
  return values["top.type"] === "shirt" && values["top.collar_shape"] === "shirt collar";
}
