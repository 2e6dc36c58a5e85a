import { type Chooser, contrasting } from "./chooser.ts";
import * as often from "./frequencies.ts";
import { showsCoats, showsOnePieces, untold } from "./told-apart.ts";
import type { Category } from "./vocabulary.ts";

/** Sleeves that a costume has by its cut; the others leave them open. */
const SPECIAL_SLEEVE: Readonly<Record<string, often.Weights>> = {
  saree: often.zipf("short sleeve, sleeveless, mid-sleeve"),
  kimono: often.zipf("long sleeve, mid-sleeve"),
  hanfu: often.zipf("long sleeve"),
  hanbok: often.zipf("long sleeve"),
  qipao: often.zipf("short sleeve, sleeveless, long sleeve"),
  "abaya or thobe": often.zipf("long sleeve"),
  swimsuit: often.zipf("sleeveless"),
  bikini: often.zipf("sleeveless"),
  uniform: often.zipf("long sleeve, short sleeve"),
  "academic gown": often.zipf("long sleeve"),
  "stage costume": often.zipf("long sleeve, sleeveless, short sleeve"),
};

/** Clothes from the skin outwards and down: costume, one-piece or separates, outer layer, shoes. */
export function sampleOutfit(chooser: Chooser): void {
  const { values, choose, chooseBut } = chooser;
  const framing = values["frame.shot"];
  /** Like `choose`, but of kinds that this framing lets one tell. */
  const chooseTold = (id: Category, weights: often.Weights) => chooseBut(id, weights, untold(framing, id));
  const gender = values["person.gender"] === "male" ? "male" : "female";
  const young = ["toddler", "child"].includes(values["person.age"] as string);
  const outfit = kindOfOutfit(chooser, gender);
  const special = chooseTold(
    "special.type",
    outfit === "special" ? (young ? often.SPECIAL.young : teenSafe(often.SPECIAL[gender], values)) : { none: 1 },
  );
  if (special !== "none") {
    choose("special.sleeve_length", SPECIAL_SLEEVE[special] as often.Weights);
    choose(
      "special.color",
      special === "uniform"
        ? often.UNIFORM_COLOR
        : special === "academic gown"
          ? often.zipf("black, navy, red")
          : often.COLOR,
    );
  }
  const onePiece = chooseTold(
    "one_piece.type",
    outfit === "one_piece"
      ? young
        ? dressForChild(gender)
        : teenSafe(often.ONE_PIECE_TYPE[gender], values)
      : { none: 1 },
  );
  if (onePiece !== "none") sampleOnePiece(chooser, onePiece);
  const underOveralls = onePiece === "overalls";
  const top = choose(
    "top.type",
    outfit === "separates"
      ? young
        ? often.zipf("t-shirt, sweaters, hoodie, shirt, sweatshirt, polo shirt")
        : often.TOP_TYPE[gender]
      : underOveralls
        ? often.zipf("t-shirt, shirt, sweaters")
        : { none: 1 },
  );
  if (top !== "none") sampleTop(chooser, top);
  const swim = special === "swimsuit" || special === "bikini";
  const bottom = chooseTold(
    "bottom.type",
    outfit === "separates"
      ? often.BOTTOM_TYPE[gender]
      : special === "uniform"
        ? gender === "female"
          ? often.zipf("suit trousers, skirt")
          : { "suit trousers": 1 }
        : { none: 1 },
  );
  const coatShare =
    outfit === "special" || !showsCoats(framing) ? 0 : outfit === "separates" ? often.COAT_SHARE : often.COAT_SHARE / 2;
  const wearsCoat = chooser.random.chance(coatShare);
  const coat = chooseTold("coat.type", wearsCoat ? often.COAT_TYPE[gender] : { none: 1 });
  if (coat !== "none")
    sampleGarment(chooser, "coat", often.COATS[coat] as often.Garment, {
      patterns: often.COAT_PATTERN,
      length: "coat.coat_length",
      avoid: [values["top.color"]],
    });
  if (bottom !== "none") sampleBottom(chooser, bottom, coat, special);
  sampleShoes(chooser, gender, swim);
  if (values["one_piece.type"] === "none" && special !== "none") chooseBut("tie.kind", { necktie: 1 }, []);
}

function kindOfOutfit({ forced, random, values }: Chooser, gender: "female" | "male"): string {
  const chance = random.weighted<string>(often.OUTFIT[gender]);
  const drawn = chance === "one_piece" && !showsOnePieces(values["frame.shot"]) ? "separates" : chance;
  if (wants(forced, "special.type", "special.sleeve_length")) return "special";
  if (wants(forced, "one_piece.type", ...ONE_PIECE)) return "one_piece";
  if (
    wants(forced, "top.type", ...TOP) ||
    wants(forced, "bottom.type", ...BOTTOM) ||
    wants(forced, "coat.type", ...COAT)
  )
    return "separates";
  if (forced("tie.wears") === "yes" || forced("socks.wears") === "yes") return "separates";
  if (forced("special.type") === "none" && drawn === "special") return "separates";
  if (forced("one_piece.type") === "none" && drawn === "one_piece") return "separates";
  return drawn;
}
const ONE_PIECE = group("one_piece");
const TOP = group("top");
const BOTTOM = group("bottom");
const COAT = group("coat");
function group(name: string): Category[] {
  return [
    "pattern",
    "material",
    "sleeve_length",
    "collar_shape",
    "length",
    "shoulder_exposure",
    "top_length",
    "coat_length",
    "color",
    "graphic",
    "bottom_shape",
  ].map((key) => `${name}.${key}` as Category);
}
const wants = (forced: Chooser["forced"], ...ids: Category[]): boolean =>
  ids.some((id) => forced(id) !== undefined && forced(id) !== "none");

const teenSafe = (weights: often.Weights, values: Chooser["values"]): often.Weights =>
  values["person.age"] === "adult"
    ? weights
    : Object.fromEntries(
        Object.entries(weights).filter(
          ([type]) => !["swimsuit", "bikini", "bodysuit", "wedding dress", "evening gown"].includes(type),
        ),
      );
const dressForChild = (gender: "female" | "male"): often.Weights =>
  gender === "female" ? often.zipf("dress, overalls, jumpsuit, romper") : often.zipf("overalls, romper, jumpsuit");

interface GarmentKeys {
  readonly length: Category;
  readonly avoid: readonly (string | undefined)[];
  readonly colorWeights?: often.Weights | undefined;
  readonly patterns?: often.Weights | undefined;
}

/** The categories that tops, coats and one-pieces share. */
function sampleGarment(
  chooser: Chooser,
  name: "top" | "coat" | "one_piece",
  kind: often.Garment,
  { length, avoid, colorWeights, patterns = often.PATTERN }: GarmentKeys,
): void {
  const { choose } = chooser;
  choose(`${name}.collar_shape`, kind.collar);
  const material = choose(`${name}.material`, kind.material);
  choose(length, kind.length);
  sampleCloth(chooser, name, material, patterns, { avoid, colorWeights });
}

/** Pattern, motif and colours of one piece of cloth. Motifs need cloth that can be printed. */
function sampleCloth(
  chooser: Chooser,
  name: "top" | "coat" | "bottom" | "one_piece",
  material: string,
  patterns: often.Weights,
  { avoid, colorWeights }: { avoid: readonly (string | undefined)[]; colorWeights?: often.Weights | undefined },
): void {
  const { choose, chooseBut, random, secondColors } = chooser;
  const plain = ["leather", "fur", "lace", "mesh", "denim", "down", "velvet"].includes(material);
  const pattern = choose(`${name}.pattern`, plain && patterns !== often.GOWN_PATTERN ? often.PLAIN_PATTERN : patterns);
  const colors =
    colorWeights ??
    (material === "denim" ? often.DENIM_COLOR : material === "leather" ? often.LEATHER_COLOR : often.COLOR);
  const patterned = pattern !== "solid color";
  const usual =
    pattern === "camouflage" ? often.CAMOUFLAGE_COLOR : pattern === "animal print" ? often.ANIMAL_COLOR : colors;
  const color = chooseBut(
    `${name}.color` as Category,
    usual,
    patterned ? [...avoid, "multicolour", "gold", "silver"] : avoid,
  );
  if (patterned) secondColors[`${name}.color` as Category] = contrasting(random, color);
  if (name !== "one_piece" && (pattern === "graphic" || pattern === "printed"))
    choose(`${name}.graphic`, often.GRAPHIC);
}

function sampleTop(chooser: Chooser, type: string): void {
  const kind = often.TOPS[type] as often.Garment;
  chooser.choose("top.sleeve_length", kind.sleeve);
  sampleGarment(chooser, "top", kind, { length: "top.top_length", avoid: [chooser.extras["one_piece.color"]] });
}

function sampleOnePiece(chooser: Chooser, type: string): void {
  const { choose, forced } = chooser;
  const kind = often.ONE_PIECES[type] as often.Garment;
  const bares = ["dress", "evening gown", "wedding dress"].includes(type) || type === "romper";
  const wish = forced("one_piece.shoulder_exposure");
  const sleeves =
    wish === undefined || wish === "covered"
      ? kind.sleeve
      : Object.fromEntries(Object.entries(kind.sleeve).filter(([sleeve]) => wish in (often.SHOULDERS[sleeve] ?? {})));
  const sleeve = choose(
    "one_piece.sleeve_length",
    Object.keys(sleeves).length > 0
      ? sleeves
      : often.zipf(wish === "off-shoulder" || wish === "cold-shoulder" ? "short sleeve, long sleeve" : "sleeveless"),
  );
  sampleGarment(chooser, "one_piece", kind, {
    length: "one_piece.length",
    avoid: [],
    colorWeights: type === "wedding dress" ? { white: 1 } : undefined,
    patterns: type === "wedding dress" || type === "evening gown" ? often.GOWN_PATTERN : undefined,
  });
  const collar = chooser.values["one_piece.collar_shape"] as string;
  const open = bares && ["scoop neckline", "v neckline", "square neckline", "straps", "boat neck"].includes(collar);
  const exposure = choose(
    "one_piece.shoulder_exposure",
    type === "overalls" ? { "thin straps": 1 } : open ? (often.SHOULDERS[sleeve] as often.Weights) : { covered: 1 },
  );
  if (exposure === "thin straps" && forced("one_piece.collar_shape") === undefined)
    chooser.values["one_piece.collar_shape"] = "straps";
  if (collar === "straps" && exposure !== "thin straps")
    chooser.values["one_piece.collar_shape"] = forced("one_piece.collar_shape") ?? "scoop neckline";
}

function sampleBottom(chooser: Chooser, type: string, coat: string, special: string): void {
  const { choose, forced, values } = chooser;
  const kind = often.BOTTOMS[type] as often.Garment;
  choose("bottom.bottom_shape", kind.collar);
  const material = choose("bottom.material", kind.material);
  choose("bottom.length", special === "uniform" && type !== "skirt" ? { maxi: 1 } : kind.length);
  const suit =
    coat === "blazer" && type === "suit trousers" && chooser.random.chance(0.6) && forced("bottom.color") === undefined;
  const uniform = special === "uniform";
  const patterns = uniform
    ? { "solid color": 1 }
    : type === "skirt" || type === "culottes"
      ? often.PATTERN
      : often.TROUSER_PATTERN;
  sampleCloth(chooser, "bottom", material, patterns, {
    avoid: suit ? [] : [values["top.color"], values["coat.color"]],
    colorWeights: uniform ? often.UNIFORM_COLOR : suit ? { [values["coat.color"] as string]: 1 } : undefined,
  });
}

function sampleShoes(
  { values, choose, secondColors, random }: Chooser,
  gender: "female" | "male",
  swim: boolean,
): void {
  const child = ["toddler", "child"].includes(values["person.age"] as string);
  const formal = values["bottom.type"] === "suit trousers" || values["one_piece.type"] === "evening gown";
  const weights = swim
    ? often.zipf("barefoot, sandals, slippers")
    : child
      ? often.zipf("sneakers, boots, sandals, flats, slippers, barefoot")
      : formal
        ? often.zipf(gender === "female" ? "high heels, flats, loafers" : "oxford shoes, loafers")
        : often.SHOES_TYPE[gender];
  const type = choose("shoes.type", weights);
  if (type === "barefoot") return;
  const material = choose("shoes.material", often.SHOES_MATERIAL[type] as often.Weights);
  const pattern = choose("shoes.pattern", often.SHOES_PATTERN);
  const color = choose("shoes.color", material === "leather" ? often.LEATHER_COLOR : often.COLOR);
  if (pattern !== "solid color") secondColors["shoes.color"] = contrasting(random, color);
  const wide =
    ["baggy", "wide-leg", "flared", "straight", "pleated"].includes(values["bottom.bottom_shape"] as string) &&
    !["skirt", "shorts"].includes(values["bottom.type"] as string);
  if (type === "boots") choose("shoes.boots_length", wide ? often.BOOTS_LENGTH_WIDE : often.BOOTS_LENGTH);
}
