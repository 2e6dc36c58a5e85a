import { darker } from "../palette.ts";

/** The motifs of `*.graphic`: SVG around (0, 0), about 40 units across, in two colours. */
export function motif(name: string, color: string, ground: string): string {
  const dark = darker(color, 0.55);
  const eyes = (dx: number, y: number): string =>
    `<circle cx="${-dx}" cy="${y}" r="2.6" fill="${dark}"/><circle cx="${dx}" cy="${y}" r="2.6" fill="${dark}"/>`;
  const text = (letters: string): string =>
    letters
      .split("")
      .map((letter, i) => glyph(letter, (i - (letters.length - 1) / 2) * 17, color))
      .join("");
  const drawings: Readonly<Record<string, string>> = {
    "a star": `<path d="${star(5, 21, 9)}" fill="${color}"/>`,
    "a heart": `<path d="M0 19C-30 -2 -18 -22 0 -9C18 -22 30 -2 0 19Z" fill="${color}"/>`,
    lettering: text("HELO"),
    "a number": glyph("0", -10, color) + glyph("7", 10, color),
    "a cat": `<path d="M-17 -21L-6 -12H6L17 -21V6Q12 18 0 18Q-12 18 -17 6Z" fill="${color}"/>${eyes(7, -1)}<path d="M-3 6H3L0 10Z" fill="${dark}"/><path d="M-5 8H-22M-5 11L-21 15M5 8H22M5 11L21 15" stroke="${dark}" stroke-width="1.2"/>`,
    "a tiger": `<circle r="17" fill="#e08a2e"/><circle cx="-13" cy="-14" r="6" fill="#e08a2e"/><circle cx="13" cy="-14" r="6" fill="#e08a2e"/><path d="M0 -17V-7M-6 -16L-3 -8M6 -16L3 -8M-17 -2L-8 1M-16 5L-8 6M17 -2L8 1M16 5L8 6" stroke="#1c1512" stroke-width="3"/><ellipse cy="8" rx="8" ry="6" fill="#f4ead8"/>${eyes(7, -2)}<path d="M-3 5H3L0 9Z" fill="#1c1512"/>`,
    "a flower": `${petals(color)}<circle r="6" fill="${color === "#ecca3c" ? "#b4532a" : "#ecbf3c"}"/>`,
    "a smiling face": `<circle r="18" fill="#f0cc3e"/>${eyes(6, -5)}<path d="M-10 4Q0 15 10 4" stroke="#2b2118" stroke-width="2.6" fill="none"/>`,
    "a mountain": `<path d="M-24 16L-6 -18L4 -2L10 -9L24 16Z" fill="${color}"/><path d="M-6 -18L-12 -7L-6 -9L-1 -5L1 -7Z" fill="${ground === "#eeece8" ? "#9fb4c8" : "#f4f4f2"}"/>`,
    "a lightning bolt": `<path d="M4 -24L-13 4H-2L-6 24L14 -6H2Z" fill="${color}"/>`,
    "a moon": `<path d="M7 -19A20 20 0 1 0 7 19A15.5 15.5 0 1 1 7 -19Z" fill="${color}"/>`,
    "an anchor": `<g fill="none" stroke="${color}" stroke-width="4"><circle cy="-16" r="4.5"/><path d="M0 -11V19M-9 -5H9M-18 6Q-16 19 0 19Q16 19 18 6"/></g>`,
  };
  return drawings[name] ?? "";
}

const petals = (color: string): string =>
  [0, 60, 120, 180, 240, 300]
    .map((a) => `<ellipse cx="12" rx="9" ry="6.5" fill="${color}" transform="rotate(${a})"/>`)
    .join("");

function star(points: number, outer: number, inner: number): string {
  const corners = Array.from({ length: points * 2 }, (_, i) => {
    const radius = i % 2 ? inner : outer;
    const angle = (Math.PI * i) / points - Math.PI / 2;
    return `${(radius * Math.cos(angle)).toFixed(1)} ${(radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${corners.join("L")}Z`;
}

/** Letters as strokes: no font of the machine decides what is drawn. */
function glyph(letter: string, x: number, color: string): string {
  const strokes: Readonly<Record<string, string>> = {
    H: "M-5 -11V11M5 -11V11M-5 0H5",
    E: "M5 -11H-5V11H5M-5 0H3",
    L: "M-5 -11V11H5",
    O: "M-5 -8Q-5 -11 0 -11Q5 -11 5 -8V8Q5 11 0 11Q-5 11 -5 8Z",
    "0": "M-6 -12Q-6 -16 0 -16Q6 -16 6 -12V12Q6 16 0 16Q-6 16 -6 12Z",
    "7": "M-6 -16H6L-2 16",
  };
  return `<path transform="translate(${x} 0)" d="${strokes[letter] ?? strokes.O}" stroke="${color}" stroke-width="4.4" fill="none"/>`;
}
