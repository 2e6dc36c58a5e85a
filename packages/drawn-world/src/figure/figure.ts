import type { Attributes, Extra } from "../attributes.ts";
import { darker, jitter, lighter, RAINBOW, tint } from "../palette.ts";
import type { Random } from "../random.ts";
import type { Category, Part } from "../vocabulary.ts";
import type { Body } from "./body.ts";
import type { Point, Ring } from "./geometry.ts";
import type { Decor, Layer, LayerOptions } from "./layer.ts";
import { textureDef } from "./material.ts";
import { patternPaint } from "./pattern.ts";

/** Cloth as it is cut: colours, pattern, material. */
export interface Fabric {
  readonly base: string;
  readonly second: string;
  readonly color: string;
  readonly pattern: string;
  readonly material: string;
  readonly graphic: string | undefined;
  /** Heights between which blocks of colour change. */
  readonly span: readonly [number, number];
  /** Stripes run this way when the cloth hangs straight. */
  readonly slant: number;
}

/** A person being put together: garments add their layers, back to front. */
export interface Figure {
  readonly attributes: Attributes;
  readonly body: Body;
  readonly random: Random;
  readonly layers: Layer[];
  readonly defs: string[];
  /** The answer of a category, or "" where it has none. */
  is(id: Category, ...words: string[]): boolean;
  value(id: Category): string;
  extra(id: Extra): string;
  /** The cloth of a garment group ("top", "bag" …); `color` names the word where no category does. */
  fabric(group: string, span?: readonly [number, number], color?: string): Fabric;
  add(part: Part, group: string, rings: readonly Ring[], cloth: Fabric, options?: LayerOptions): void;
}

/** Cloth of one colour that no category speaks of: soles, buttons, skin. */
export const plain = (base: string, material = "cotton"): Fabric => ({
  base,
  second: base,
  color: "",
  pattern: "solid color",
  material,
  graphic: undefined,
  span: [0, 800],
  slant: 0,
});

export const shifted = (fabric: Fabric, base: string): Fabric => ({
  ...fabric,
  base,
  pattern: "solid color",
  color: "",
});

export function startFigure(attributes: Attributes, body: Body, random: Random): Figure {
  const { values, secondColors, extras } = attributes;
  const layers: Layer[] = [];
  const defs: string[] = [];
  const known = new Map<string, string>();
  const fabrics = new Map<string, Fabric>();
  const value = (id: Category): string => values[id] ?? "";
  const define = (key: string, make: (id: string) => string | null): string | null => {
    const old = known.get(key);
    if (old !== undefined) return old || null;
    const id = `p${known.size}`;
    const def = make(id);
    known.set(key, def ? `url(#${id})` : "");
    if (def) defs.push(def);
    return def ? `url(#${id})` : null;
  };
  return {
    attributes,
    body,
    random,
    layers,
    defs,
    value,
    is: (id, ...words) => words.includes(value(id)),
    extra: (id) => extras[id] ?? "",
    fabric(group, span = [130, 400], named) {
      const cut = fabrics.get(group);
      if (cut) return cut;
      const id = `${group}.color` as Category;
      const color = values[id] ?? extras[id as unknown as Extra] ?? named ?? "gray";
      const secondWord = secondColors[id];
      const base = jitter(random, tint(color), 6);
      const fabric: Fabric = {
        base,
        second: secondWord ? jitter(random, tint(secondWord), 4) : contrast(base),
        color,
        pattern: values[`${group}.pattern` as Category] ?? "solid color",
        material: values[`${group}.material` as Category] ?? "cotton",
        graphic: values[`${group}.graphic` as Category],
        span,
        slant: Number(random.weighted({ "0": 6, "90": 4, "45": 1 })),
      };
      fabrics.set(group, fabric);
      return fabric;
    },
    add(part, group, rings, cloth, options = {}) {
      const warped = rings.filter((ring) => ring.length > 2).map((ring) => oriented(ring.map(body.warp)));
      if (warped.length === 0) return;
      const angle = (options.angle ?? 0) + cloth.slant;
      const key = `${cloth.base}${cloth.second}${cloth.pattern}${cloth.graphic ?? ""}${Math.round(angle)}`;
      layers.push({
        part,
        group,
        rings: warped,
        evenOdd: options.evenOdd ?? false,
        fill: fillOf(cloth, key, angle, define),
        texture: define(`t${cloth.base}${cloth.material}${Math.round(options.angle ?? 0)}`, (id) =>
          textureDef(id, cloth.material, cloth.base, options.angle ?? 0),
        ),
        opacity: options.opacity ?? (cloth.material === "chiffon" ? 0.84 : 1),
        surface: cloth.material,
        decor: [
          ...(options.decor ?? []),
          ...(body.pregnant && options.join && part !== "left-arm" && part !== "right-arm" ? belly(defs) : []),
        ],
        round: options.round ?? 20,
        grain: options.grain ?? 0,
        flat: options.flat ?? false,
        soft: options.soft ?? false,
        join: options.join ?? false,
      });
    },
  };
}

/** The round of a pregnant belly seen from the front: light on its height, shade below it. */
function belly(defs: string[]): Decor[] {
  if (!defs.includes(BELLY)) defs.push(BELLY);
  const svg = `<ellipse rx="62" ry="60" fill="url(#belly)"/><path d="M-54 26Q0 88 54 26Q0 66 -54 26Z" fill="#000" fill-opacity=".3"/>`;
  return [{ svg, at: [0, 294] }];
}
const BELLY = `<radialGradient id="belly" cx=".45" cy=".36" r=".62"><stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset=".6" stop-color="#fff" stop-opacity=".08"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>`;

function fillOf(
  cloth: Fabric,
  key: string,
  angle: number,
  define: (key: string, make: (id: string) => string | null) => string | null,
): string {
  if (cloth.color === "multicolour" && cloth.pattern === "solid color")
    return define(`rainbow${Math.round(angle)}`, (id) => rainbow(id, angle)) ?? cloth.base;
  if (cloth.pattern === "color block")
    return define(`block${key}${cloth.span}`, (id) => blocks(id, cloth)) ?? cloth.base;
  if ((cloth.color === "gold" || cloth.color === "silver") && cloth.pattern === "solid color")
    return define(`metal${key}`, (id) => sheen(id, cloth.base, angle)) ?? cloth.base;
  return define(`f${key}`, (id) => patternPaint(id, cloth.pattern, cloth, angle).def || null) ?? cloth.base;
}

function rainbow(id: string, angle: number): string {
  const stops = RAINBOW.map(
    (color, i) =>
      `<stop offset="${(i / 6).toFixed(3)}" stop-color="${color}"/><stop offset="${((i + 0.9) / 6).toFixed(3)}" stop-color="${color}"/>`,
  ).join("");
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2="96" spreadMethod="repeat" gradientTransform="rotate(${angle.toFixed(1)})">${stops}</linearGradient>`;
}

/** The first colour on the upper 58 % of the span: it stays the main one. */
function blocks(id: string, { base, second, span }: Fabric): string {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" y1="${span[0]}" x2="0" y2="${span[1]}"><stop offset=".58" stop-color="${base}"/><stop offset=".585" stop-color="${second}"/></linearGradient>`;
}

function sheen(id: string, base: string, angle: number): string {
  const stop = (at: number, color: string): string => `<stop offset="${at}" stop-color="${color}"/>`;
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="46" y2="18" spreadMethod="repeat" gradientTransform="rotate(${angle.toFixed(1)})">${stop(0, base)}${stop(0.3, lighter(base, 0.55))}${stop(0.5, base)}${stop(0.75, darker(base, 0.35))}${stop(1, base)}</linearGradient>`;
}

const contrast = (base: string): string => (Number.parseInt(base.slice(3, 5), 16) > 120 ? "#2c3350" : "#efe9dc");

/** All rings of a layer turn the same way, so that overlapping ones add up under the nonzero rule. */
function oriented(ring: Point[]): Ring {
  let area = 0;
  for (let i = 0; i < ring.length; i++) {
    const [a, b] = [ring[i] as Point, ring[(i + 1) % ring.length] as Point];
    area += a[0] * b[1] - b[0] * a[1];
  }
  return area < 0 ? ring.reverse() : ring;
}
