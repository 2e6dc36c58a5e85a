import { darker, lighter, luma, mix } from "../palette.ts";
import { motif } from "./motif.ts";

export interface PatternColors {
  readonly base: string;
  readonly second: string;
  readonly graphic?: string | undefined;
}

interface Tile {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

const square = (size: number, body: string): Tile => ({ width: size, height: size, body });
const flower = (x: number, y: number, s: number, petal: string): string =>
  [0, 72, 144, 216, 288]
    .map((a) => {
      const [cx, cy] = [x + 6 * s * Math.cos((a * Math.PI) / 180), y + 6 * s * Math.sin((a * Math.PI) / 180)];
      return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="${(4.4 * s).toFixed(1)}" fill="${petal}"/>`;
    })
    .join("") +
  `<circle cx="${x}" cy="${y}" r="${3 * s}" fill="#eaba3a"/><ellipse cx="${x + 11 * s}" cy="${y + 9 * s}" rx="${5 * s}" ry="${2.2 * s}" fill="#4b7c44"/>`;

/** One tile of each surface pattern, sized to be told apart in a picture in which the head is 25 pixels high. */
function tile(pattern: string, { base, second, graphic }: PatternColors): Tile | null {
  switch (pattern) {
    case "striped":
      return { width: 40, height: 27, body: `<rect width="40" height="11" fill="${second}"/>` };
    case "plaid":
      return square(
        42,
        `<path d="M0 0H15V42H0Z" fill="${second}" fill-opacity=".5"/><path d="M0 0H42V15H0Z" fill="${second}" fill-opacity=".5"/><path d="M27 0V42M0 27H42" stroke="${second}" stroke-width="2.6" stroke-opacity=".8"/>`,
      );
    case "dotted":
      return square(
        28,
        `<circle cx="7" cy="7" r="5.6" fill="${second}"/><circle cx="21" cy="21" r="5.6" fill="${second}"/>`,
      );
    case "floral":
      return square(50, flower(14, 15, 1.1, second) + flower(38, 39, 1, lighter(second, 0.25)));
    case "printed":
      return square(
        54,
        `<g transform="translate(14 14) scale(.46)">${motif(graphic ?? "a star", second, base)}</g><g transform="translate(41 41) scale(.46)">${motif(graphic ?? "a star", second, base)}</g>`,
      );
    case "camouflage":
      return square(72, camouflage(base, second));
    case "animal print":
      return square(44, leopard(base, second));
    case "geometric":
      return square(
        36,
        `<path d="M0 18L18 0L36 18L18 36Z" fill="${second}"/><path d="M9 18L18 9L27 18L18 27Z" fill="${base}"/><path d="M14 18L18 14L22 18L18 22Z" fill="${mix(base, second, 0.5)}"/>`,
      );
    default:
      return null;
  }
}

function camouflage(base: string, second: string): string {
  const tones = [darker(base, 0.45), mix(base, second, 0.55), lighter(base, 0.3)];
  const patches = [
    [10, 12, 17, 9],
    [48, 8, 15, 8],
    [28, 34, 18, 9],
    [62, 40, 14, 10],
    [8, 54, 15, 8],
    [44, 62, 18, 8],
  ] as const;
  return patches
    .map(
      ([x, y, a, b], i) =>
        `<path d="M${x - a} ${y}Q${x - a * 0.6} ${y - b * 1.4} ${x - a * 0.1} ${y - b * 0.5}Q${x + a * 0.6} ${y - b * 1.5} ${x + a} ${y - b * 0.1}Q${x + a * 0.5} ${y + b * 0.4} ${x + a * 0.6} ${y + b}Q${x - a * 0.1} ${y + b * 0.5} ${x - a * 0.5} ${y + b * 1.2}Z" fill="${tones[i % 3]}"/>`,
    )
    .join("");
}

/** Rosettes: a dark broken ring round a darker middle. */
function leopard(base: string, second: string): string {
  const ink = luma(base) > 110 ? "#2a1c12" : lighter(second, 0.2);
  const heart = mix(base, ink, 0.4);
  return (
    [
      [9, 9, 0],
      [31, 14, 70],
      [16, 31, 140],
      [38, 36, 30],
    ] as const
  )
    .map(
      ([x, y, turn]) =>
        `<g transform="translate(${x} ${y}) rotate(${turn})"><ellipse rx="4.6" ry="3.8" fill="${heart}"/><path d="M-6 -1Q-5 -6 0 -5.6M4 -4.6Q7.4 -1 5.4 2.6M2 5.4Q-4 6.6 -6 2.6" stroke="${ink}" stroke-width="3" fill="none"/></g>`,
    )
    .join("");
}

/** A definition and the paint that refers to it; solid colours and graphics need no definition. */
export function patternPaint(
  id: string,
  pattern: string,
  colors: PatternColors,
  angle: number,
): { def: string; paint: string } {
  const found = tile(pattern, colors);
  if (found === null) return { def: "", paint: colors.base };
  const def = `<pattern id="${id}" patternUnits="userSpaceOnUse" width="${found.width}" height="${found.height}" patternTransform="rotate(${angle.toFixed(1)})"><rect width="${found.width}" height="${found.height}" fill="${colors.base}"/>${found.body}</pattern>`;
  return { def, paint: `url(#${id})` };
}
