import type { Attributes, Forced } from "./attributes.ts";
import { type Chooser, chooser } from "./chooser.ts";
import * as often from "./frequencies.ts";
import { overallStyle, STYLE_PRESETS } from "./overall-style.ts";
import { random } from "./random.ts";
import { sampleAccessories } from "./sample-accessories.ts";
import { sampleOutfit } from "./sample-outfit.ts";
import type { Framing } from "./vocabulary.ts";

/**
 * Who stands there and what they wear, all of it, seen or not. The same seed, framing and wishes give the same person.
 * @throws {RangeError} for a forced category or value that the protocol does not have.
 */
export function sampleAttributes(seed: number, framing: Framing, forced: Forced = {}): Attributes {
  const style = forced["style.overall_style"];
  const choose = chooser(random(seed, "attributes"), { ...(style ? STYLE_PRESETS[style] : {}), ...forced });
  choose.values["frame.shot"] = framing;
  samplePerson(choose);
  choose.choose("scene.background", often.BACKGROUND);
  sampleHair(choose, framing);
  sampleOutfit(choose);
  sampleAccessories(choose);
  choose.values["style.overall_style"] = style ?? overallStyle(choose.values);
  return { values: choose.values, secondColors: choose.secondColors, extras: choose.extras };
}

function samplePerson({ choose, forced }: Chooser): void {
  const adultOnly =
    forced("body.body_shape") === "pregnant" ||
    forced("body.body_shape") === "muscular" ||
    ["swimsuit", "bikini", "academic gown"].includes(forced("special.type") ?? "") ||
    ["wedding dress", "evening gown", "bodysuit"].includes(forced("one_piece.type") ?? "") ||
    forced("top.type") === "camisole";
  const female =
    forced("body.body_shape") === "pregnant" ||
    ["swimsuit", "bikini", "saree", "qipao"].includes(forced("special.type") ?? "") ||
    ["dress", "wedding dress", "evening gown", "bodysuit"].includes(forced("one_piece.type") ?? "") ||
    forced("bottom.type") === "skirt" ||
    ["blouse", "camisole", "crop top"].includes(forced("top.type") ?? "");
  const country = choose("person.country", often.COUNTRY);
  const age = choose("person.age", adultOnly ? { adult: 1 } : often.AGE);
  const gender = choose("person.gender", female ? { female: 1 } : often.GENDER) === "male" ? "male" : "female";
  const young = age === "toddler" || age === "child" || age === "teenager";
  choose("body.body_shape", young ? often.BODY_SHAPE.young : pregnantIfAdult(often.BODY_SHAPE.grown[gender], age));
  const grownMan = gender === "male" && (age === "adult" || age === "elderly");
  choose("face.facial_hair", grownMan ? often.FACIAL_HAIR : { none: 1 });
  choose("eyewear.type", age === "toddler" ? { none: 1 } : often.EYEWEAR);
  if (country === undefined) throw new RangeError("a person has a region");
}

const pregnantIfAdult = (weights: often.Weights, age: string): often.Weights =>
  age === "adult" ? weights : Object.fromEntries(Object.entries(weights).filter(([shape]) => shape !== "pregnant"));

/** Where each picture's lower edge allows a length of hair to be told. */
const LONGEST: Readonly<Record<Framing, readonly string[]>> = {
  headshot: ["below chest", "below waist"],
  portrait: ["below waist"],
  upper_body: [],
  nearly_full_body: [],
  full_body: [],
};
/** The lengths that a style leaves open; a style that is not listed takes any. */
const STYLE_LENGTHS: Readonly<Record<string, readonly string[]>> = {
  "crew cut": ["above eyes"],
  bun: ["above chin"],
  updo: ["above chin"],
  bob: ["above chin", "above shoulders"],
  "afro-hair": ["above chin", "above shoulders"],
  ponytail: ["above shoulders", "above chest", "below chest"],
  braids: ["above shoulders", "above chest", "below chest", "below waist"],
  dreadlocks: ["above chin", "above shoulders", "above chest", "below chest"],
};

function sampleHair({ values, choose, chooseBut, forced, random: r }: Chooser, framing: Framing): void {
  const gender = values["person.gender"] === "male" ? "male" : "female";
  const age = values["person.age"] as string;
  const country = values["person.country"] as string;
  const wishedLength = forced("hair.length");
  const needsHair = wishedLength !== undefined || forced("hair.color") !== undefined;
  const styles = Object.keys(often.HAIR_STYLE[gender]).filter(
    (style) =>
      wishedLength !== undefined && STYLE_LENGTHS[style] !== undefined && !STYLE_LENGTHS[style].includes(wishedLength),
  );
  if (needsHair || age === "child" || age === "teenager") styles.push("bald");
  if (age === "toddler") styles.push("dreadlocks", "updo");
  if (country !== "African") styles.push("afro-hair", "dreadlocks");
  if (wishedLength === "above eyes" && gender === "female") styles.push("ponytail", "braids");
  const textured =
    country === "African" && r.chance(0.65)
      ? { "afro-hair": 3, braids: 2, dreadlocks: 2, curly: 2, "crew cut": gender === "male" ? 4 : 0.3 }
      : null;
  const style = chooseBut(
    "hair.style",
    textured && wishedLength === undefined ? textured : often.HAIR_STYLE[gender],
    textured ? [] : styles,
  );
  if (style === "bald") return;
  const weights: often.Weights = often.HAIR_LENGTH[gender];
  const lengths = STYLE_LENGTHS[style] ?? Object.keys(weights);
  const length = Object.fromEntries(lengths.map((word) => [word, weights[word] ?? 0.02]));
  chooseBut("hair.length", length, LONGEST[framing]);
  choose("hair.color", age === "elderly" ? often.ELDERLY_HAIR : (often.HAIR_COLOR[country] ?? often.ELDERLY_HAIR));
}
