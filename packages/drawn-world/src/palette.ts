import type { Random } from "./random.ts";

/** sRGB of every colour word of the protocol ("multicolour" is painted as a rainbow over this base). */
export const COLOR_HEX: Readonly<Record<string, string>> = {
  white: "#eeece8",
  black: "#232328",
  gray: "#8a8c91",
  red: "#bb252c",
  blue: "#2b63c6",
  pink: "#ea8fb1",
  green: "#338445",
  orange: "#e27826",
  yellow: "#ecca3c",
  purple: "#70409e",
  brown: "#6a4327",
  beige: "#dac39e",
  navy: "#1e2b57",
  khaki: "#8b8653",
  gold: "#c99a2a",
  silver: "#bcc2cb",
  multicolour: "#d9d5cc",
};
export const RAINBOW = ["#c8313a", "#e5862b", "#ecca3c", "#3d9150", "#2f66c4", "#7a45a5"] as const;

const HAIR_HEX: Readonly<Record<string, string>> = {
  black: "#1d1715",
  brown: "#603b22",
  blonde: "#dcb468",
  red: "#ab4419",
  gray: "#8d8b8a",
  white: "#e3e0da",
};
export const DYES = ["#c03f8e", "#2f6fd0", "#2f9a63", "#8a3fc0", "#d8487a"] as const;

const SKIN_HEX: Readonly<Record<string, readonly string[]>> = {
  Caucasian: ["#f0c8ab", "#e8b898", "#e5b58f"],
  Asian: ["#eac49a", "#e0b585", "#d5a673"],
  African: ["#7a4e32", "#68422a", "#54341f"],
  Latino: ["#cf9a6d", "#c18a5e", "#b57f53"],
  Indian: ["#a8744a", "#96643d", "#875a36"],
  "Middle Eastern": ["#d8a67c", "#cc9769", "#c48f66"],
};

/** The hair colour of an answer; brown where none is known. */
export const hairTone = (color: string | undefined): string => HAIR_HEX[color ?? "brown"] ?? "#603b22";
/** Skin tones drawn for a regional appearance. */
export const skinTones = (country: string): readonly string[] => SKIN_HEX[country] ?? ["#e3b08c"];
/** The paint for a colour word. */
export const tint = (color: string): string => COLOR_HEX[color] ?? "#8a8c91";

export type Rgb = readonly [number, number, number];
export const rgb = (hex: string): Rgb => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
];
export const hex = (color: readonly number[]): string =>
  `#${color
    .map((v) =>
      Math.max(0, Math.min(255, Math.round(v)))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;

export function mix(from: string, to: string, share: number): string {
  const target = rgb(to);
  return hex(rgb(from).map((v, i) => v + ((target[i] ?? 0) - v) * share));
}
export const darker = (color: string, share: number): string => mix(color, "#000000", share);
export const lighter = (color: string, share: number): string => mix(color, "#ffffff", share);

/** Luma of BT.601, 0..255. */
export function luma(color: string): number {
  const [r, g, b] = rgb(color);
  return 0.3 * r + 0.59 * g + 0.11 * b;
}

/** The same colour as a dye lot or the light would shift it: `k` bounds the shift of all channels together. */
export function jitter(random: Random, color: string, k: number): string {
  const shift = random.between(-k, k);
  return hex(rgb(color).map((v) => v + shift + random.between(-k / 2, k / 2)));
}

/** A line drawn on a surface of this colour that is seen without shouting. */
export const seam = (color: string): string => (luma(color) < 65 ? lighter(color, 0.2) : darker(color, 0.34));
