import { lighter, mix } from "../palette.ts";
import type { Figure } from "./figure.ts";
import type { Point, Ring } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** Height that hair reaches down to, by answer. */
const REACH: Readonly<Record<string, number>> = {
  "above eyes": 44,
  "above chin": 84,
  "above shoulders": 122,
  "above chest": 166,
  "below chest": 236,
  "below waist": 330,
};

const VOLUME: Readonly<Record<string, number>> = {
  curly: 13,
  wavy: 8,
  "afro-hair": 30,
  dreadlocks: 7,
  "crew cut": -1,
  braids: 3,
};

export interface Cut {
  readonly style: string;
  readonly reach: number;
  readonly volume: number;
  readonly head: number;
  readonly color: string;
  readonly fringe: boolean;
  /** Hair is gathered away from the face and shoulders. */
  readonly up: boolean;
}

/** How far a person's hair or hat rises above the crown, in units: head room to leave. */
export function riseOf(value: (id: "hair.style" | "hat.type") => string): number {
  const hair = { bun: 34, updo: 34, "afro-hair": 30, curly: 10, dreadlocks: 8 }[value("hair.style")] ?? 4;
  const hat =
    { none: 0, "": 0, turban: 24, helmet: 22, fedora: 28, hat: 26, "wide-brim hat": 28 }[value("hat.type")] ?? 22;
  return Math.max(hat, hat > 0 ? 0 : hair);
}

export function cutOf(figure: Figure): Cut | null {
  const style = figure.value("hair.style");
  if (style === "bald" || style === "" || figure.is("headscarf.wears", "yes")) return null;
  const up = ["bun", "ponytail", "updo", "braids"].includes(style);
  const hatted = !figure.is("hat.type", "none", "");
  const volume = (VOLUME[style] ?? 4) * (hatted ? 0.4 : 1);
  return {
    style,
    reach: REACH[figure.value("hair.length")] ?? 84,
    volume,
    head: figure.body.head,
    color: figure.body.hairColor,
    fringe: figure.body.female && !up && figure.body.skin.charCodeAt(5) % 3 === 0,
    up,
  };
}

export const strandColor = (figure: Figure, color: string): string =>
  figure.random.chance(0.5)
    ? lighter(color, figure.random.between(0.06, 0.34))
    : mix(color, "#2a1206", figure.random.between(0.15, 0.5));

export function strands(figure: Figure, color: string, count: number, flow: (share: number) => Point[]): Decor[] {
  return Array.from({ length: count }, (_, i) => ({
    line: flow((i + figure.random.next()) / count),
    color: strandColor(figure, color),
    width: figure.random.between(0.7, 1.7),
    opacity: figure.random.between(0.35, 0.8),
  }));
}

/** Ragged outline along a ring: curls. */
export function curl(figure: Figure, ring: Ring, step: number, size: number, open = false): Point[] {
  const out: Point[] = [];
  ring.forEach((p, i) => {
    if (open && i === ring.length - 1) {
      out.push(p);
      return;
    }
    const q = ring[(i + 1) % ring.length] as Point;
    const parts = Math.max(1, Math.round(Math.hypot(q[0] - p[0], q[1] - p[1]) / step));
    for (let j = 0; j < parts; j++)
      out.push([
        p[0] + ((q[0] - p[0]) * j) / parts + figure.random.between(-size, size),
        p[1] + ((q[1] - p[1]) * j) / parts + figure.random.between(-size, size),
      ]);
  });
  return out;
}
