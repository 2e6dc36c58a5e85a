import { darker, lighter, luma, mix } from "../palette.ts";
import { random } from "../random.ts";

/** How a material takes light; `shade.ts` reads it. */
export interface Finish {
  /** Depth of folds. */
  readonly fold: number;
  /** Strength of the fine grain. */
  readonly weave: number;
  /** Highlights of a smooth surface, 0 = dull. */
  readonly gloss: number;
  /** Light at the edges instead of the middle: pile. */
  readonly rim: number;
}
const finish = (fold: number, weave: number, gloss = 0, rim = 0): Finish => ({ fold, weave, gloss, rim });

export const FINISHES: Readonly<Record<string, Finish>> = {
  cotton: finish(0.46, 0.05),
  silk: finish(0.62, 0.01, 0.85),
  denim: finish(0.42, 0.12),
  leather: finish(0.24, 0.03, 0.75),
  mesh: finish(0.25, 0.06, 0.15),
  fur: finish(0.12, 0.2),
  woven: finish(0.12, 0.09),
  knit: finish(0.28, 0.08),
  wool: finish(0.22, 0.16),
  chiffon: finish(0.6, 0.02, 0.12),
  lace: finish(0.22, 0.05),
  linen: finish(0.62, 0.12),
  velvet: finish(0.36, 0.03, 0, 0.8),
  synthetic: finish(0.5, 0.02, 0.45),
  down: finish(0.16, 0.02, 0.35),
  canvas: finish(0.2, 0.13),
  straw: finish(0.06, 0.1),
  metal: finish(0.2, 0.02, 1.1),
  skin: finish(0.04, 0.028),
  hair: finish(0.1, 0.09),
};

const STRANDS = (() => {
  const r = random(77, "fur");
  return Array.from(
    { length: 90 },
    () => [r.between(0, 40), r.between(0, 40), r.between(-4, 4), r.between(6, 13), r.next()] as const,
  );
})();
const FLECKS = (() => {
  const r = random(78, "wool");
  return Array.from(
    { length: 80 },
    () => [r.between(0, 40), r.between(0, 40), r.between(-2.5, 2.5), r.between(-1.5, 1.5), r.next()] as const,
  );
})();

/**
 * The weave of a material as an SVG pattern painted over the colour, or null where only the light tells it (cotton, silk, leather, velvet,
 * chiffon).
 */
export function textureDef(id: string, material: string, base: string, angle: number): string | null {
  const up = lighter(base, luma(base) > 190 ? 0.5 : 0.28);
  const down = luma(base) < 50 ? lighter(base, 0.16) : darker(base, 0.34);
  const lines = (path: string, color: string, width: number, opacity: number): string =>
    `<path d="${path}" stroke="${color}" stroke-width="${width}" stroke-opacity="${opacity}" fill="none"/>`;
  const tiles: Readonly<Record<string, readonly [number, number, string]>> = {
    denim: [7, 7, lines("M-1 8L8 -1M-1 1L1 -1M6 8L8 6", up, 1.5, 0.45)],
    mesh: [
      9,
      9,
      `<circle cx="2.5" cy="2.5" r="2.1" fill="${down}" fill-opacity=".85"/><circle cx="7" cy="7" r="2.1" fill="${down}" fill-opacity=".85"/>`,
    ],
    fur: [
      40,
      40,
      STRANDS.map(([x, y, dx, dy, t]) =>
        lines(`M${x.toFixed(1)} ${y.toFixed(1)}l${dx.toFixed(1)} ${dy.toFixed(1)}`, t < 0.5 ? up : down, 1.6, 0.6),
      ).join(""),
    ],
    woven: [
      16,
      16,
      `<path d="M0 0H8V8H0ZM8 8H16V16H8Z" fill="${down}" fill-opacity=".4"/>${lines("M0 4H8M8 12H16M12 0V8M4 8V16", up, 1.6, 0.5)}`,
    ],
    straw: [
      14,
      10,
      `<path d="M0 0H7V5H0ZM7 5H14V10H7Z" fill="${darker(base, 0.4)}" fill-opacity=".42"/>${lines("M0 2.5H7M7 7.5H14", "#fff3cf", 1.3, 0.6)}`,
    ],
    knit: [
      10,
      12,
      lines("M0 0L5 6L10 0M0 6L5 12L10 6M0 12L5 18L10 12M0 -6L5 0L10 -6", down, 2, 0.5) +
        lines("M5 0V12", up, 1.2, 0.3),
    ],
    wool: [
      40,
      40,
      FLECKS.map(([x, y, dx, dy, t]) =>
        lines(`M${x.toFixed(1)} ${y.toFixed(1)}l${dx.toFixed(1)} ${dy.toFixed(1)}`, t < 0.5 ? up : down, 1.7, 0.55),
      ).join(""),
    ],
    lace: [
      22,
      22,
      `<g fill="none" stroke="${luma(base) > 120 ? darker(base, 0.32) : lighter(base, 0.34)}" stroke-width="1.5"><circle cx="11" cy="11" r="6.5"/><circle cx="0" cy="0" r="4"/><circle cx="22" cy="0" r="4"/><circle cx="0" cy="22" r="4"/><circle cx="22" cy="22" r="4"/><path d="M11 4.5V0M11 17.5V22M4.5 11H0M17.5 11H22M7 7L15 15M15 7L7 15"/></g>`,
    ],
    linen: [18, 18, lines("M0 3H18M0 9.5H18M0 14H11", down, 0.9, 0.32) + lines("M4 0V18M13 0V18", up, 1, 0.36)],
    canvas: [8, 8, lines("M0 2H8M2 0V8", down, 1.3, 0.3) + lines("M0 6H8M6 0V8", up, 1.3, 0.3)],
    down: [
      120,
      36,
      `<path d="M0 0H120V5H0Z" fill="${darker(base, 0.55)}" fill-opacity=".55"/><path d="M0 5H120V12H0Z" fill="${darker(base, 0.3)}" fill-opacity=".3"/><path d="M0 16H120V26H0Z" fill="${lighter(base, 0.45)}" fill-opacity=".35"/>`,
    ],
    synthetic: [60, 60, lines("M0 20L22 14L40 24L60 18M0 46L18 52L38 42L60 48", lighter(base, 0.5), 1.4, 0.35)],
    metal: [
      8,
      8,
      `<circle cx="2" cy="2" r="1.9" fill="${mix(base, "#ffffff", 0.55)}"/><circle cx="6" cy="6" r="1.9" fill="${mix(base, "#ffffff", 0.3)}"/><circle cx="6" cy="2" r="1.6" fill="${darker(base, 0.4)}"/>`,
    ],
  };
  const found = tiles[material];
  if (found === undefined) return null;
  const turned = material === "down" ? angle : angle * 0.8;
  return `<pattern id="${id}" patternUnits="userSpaceOnUse" width="${found[0]}" height="${found[1]}" patternTransform="rotate(${turned.toFixed(1)})">${found[2]}</pattern>`;
}
