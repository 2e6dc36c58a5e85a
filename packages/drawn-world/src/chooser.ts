import { EXTRAS, type Extra, type Forced } from "./attributes.ts";
import type { Weights } from "./frequencies.ts";
import { COLOR_HEX, luma } from "./palette.ts";
import type { Random } from "./random.ts";
import { CATEGORIES, type Category } from "./vocabulary.ts";

/** Settles one attribute after the other: what the caller forces, or chance by the listed frequencies. */
export interface Chooser {
  readonly values: Partial<Record<Category, string>>;
  readonly secondColors: Partial<Record<Category, string>>;
  readonly extras: Partial<Record<Extra, string>>;
  readonly random: Random;
  forced(id: Category | Extra): string | undefined;
  choose(id: Category | Extra, weights: Weights): string;
  /** Like `choose`, but avoids the given words where chance decides. */
  chooseBut(id: Category | Extra, weights: Weights, avoid: readonly (string | undefined)[]): string;
}

/** @throws {RangeError} for a forced category that does not exist or a value that it does not have. */
export function chooser(random: Random, wanted: Forced): Chooser {
  const forced = withParents(wanted);
  const values: Partial<Record<Category, string>> = {};
  const extras: Partial<Record<Extra, string>> = {};
  const chooseBut = (id: Category | Extra, weights: Weights, avoid: readonly (string | undefined)[]): string => {
    const left = Object.fromEntries(Object.entries(weights).filter(([word]) => !avoid.includes(word)));
    const drawn = random.weighted(Object.keys(left).length > 0 ? left : weights);
    const value = forced[id] ?? drawn;
    if (id in CATEGORIES) values[id as Category] = value;
    else extras[id as Extra] = value;
    return value;
  };
  return {
    values,
    secondColors: {},
    extras,
    random,
    forced: (id) => forced[id],
    choose: (id, weights) => chooseBut(id, weights, []),
    chooseBut,
  };
}

/** A second colour that is told from the first at a glance. */
export function contrasting(random: Random, color: string): string {
  const far = Object.keys(COLOR_HEX).filter(
    (other) =>
      !["multicolour", "gold", "silver", color].includes(other) &&
      Math.abs(luma(COLOR_HEX[other] as string) - luma(COLOR_HEX[color] as string)) > 65,
  );
  return random.pick(far);
}

/** The value that a parent needs before its children are asked; for `type` parents any but "none" will do. */
const PARENT_VALUE: Forced = {
  "top.pattern": "graphic",
  "coat.pattern": "graphic",
  "bottom.pattern": "graphic",
  "shoes.type": "boots",
};

function withParents(wanted: Forced): Forced {
  const forced: Partial<Record<Category | Extra, string>> = {};
  for (const [id, value] of Object.entries(wanted) as [Category | Extra, string][]) {
    check(id, value);
    forced[id] = value;
    if (id.endsWith(".graphic"))
      forced[id.replace("graphic", "pattern") as Category] ??=
        wanted[id.replace("graphic", "pattern") as Category] ?? PARENT_VALUE["top.pattern"];
    if (id === "shoes.boots_length") forced["shoes.type"] = PARENT_VALUE["shoes.type"];
    const wears = `${id.split(".")[0]}.wears` as Category;
    if (wears in CATEGORIES && wanted[wears] === undefined) forced[wears] = "yes";
  }
  return forced;
}

function check(id: string, value: string): void {
  if ((EXTRAS as readonly string[]).includes(id)) return;
  const options = CATEGORIES[id as Category] as readonly string[] | undefined;
  if (options === undefined) throw new RangeError(`no category is named "${id}"`);
  if (!options.includes(value)) throw new RangeError(`"${value}" is no option of ${id}: ${options.join(", ")}`);
}
