import { darker, jitter, lighter, luma, mix } from "./palette.ts";
import type { Random } from "./random.ts";

/** A background: drawn small, blurred like what lies behind the plane of focus, then enlarged. */
export interface Scene {
  readonly svg: string;
  /** Blur in pixels of a picture that is 192 wide. */
  readonly blur: number;
}

export interface SceneFrame {
  readonly width: number;
  readonly height: number;
  /** Height of the soles, which may lie below the picture. */
  readonly floor: number;
  /** Where feet touch the ground: x, y, radius. */
  readonly feet: readonly (readonly [number, number, number])[];
  /** Luma of the main garment: the wall behind it keeps a distance. */
  readonly avoid: number | null;
}

interface Brush {
  readonly r: Random;
  readonly w: number;
  readonly h: number;
  /** Top of the ground. */
  readonly ground: number;
  readonly wall: string;
}
const n = (value: number): string => (Math.round(value * 10) / 10).toString();
const rect = (x: number, y: number, w: number, h: number, fill: string, opacity = 1): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}" fill-opacity="${opacity}"/>`;
const disc = (x: number, y: number, radius: number, fill: string, opacity = 1): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius)}" fill="${fill}" fill-opacity="${opacity}"/>`;
const fade = (id: string, from: string, to: string, across = false): string =>
  `<linearGradient id="${id}" x1="0" x2="${across ? 1 : 0.15}" y1="0" y2="${across ? 0 : 1}"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;
const WALLS = [
  "#b9c4c6",
  "#cfc7b8",
  "#a8b3a0",
  "#c2b2a6",
  "#9fb0c4",
  "#d8d4cc",
  "#8d979c",
  "#b8a99a",
  "#7f8fa6",
  "#b08d86",
];

const INDOOR = { blur: 3, paint: room };
/** Each phrase of `scene.background` as a place. */
const PLACES: Readonly<Record<string, { blur: number; paint(brush: Brush): string }>> = {
  indoor: INDOOR,
  "a white wall": { blur: 2.5, paint: whiteWall },
  outdoor: { blur: 6, paint: yard },
  "a city street": { blur: 5, paint: street },
  "a park": { blur: 6, paint: park },
  "a studio backdrop": { blur: 7, paint: studio },
  "natural landscape": { blur: 4, paint: landscape },
  "a beach": { blur: 4, paint: beach },
  "a brick wall": { blur: 1.4, paint: bricks },
  "city lights at night": { blur: 4, paint: night },
};

export function paintScene(phrase: string, r: Random, frame: SceneFrame): Scene {
  const { width: w, height: h, floor, feet, avoid } = frame;
  const ground = Math.min(h * 1.4, floor - h * r.between(0.03, 0.09));
  const place = PLACES[phrase] ?? INDOOR;
  const wall = jitter(r, pickWall(r, avoid), 8);
  const shadows = feet
    .map(
      ([x, y, radius], i) =>
        `<radialGradient id="s${i}"><stop offset="0" stop-color="#000" stop-opacity=".6"/><stop offset=".5" stop-color="#000" stop-opacity=".28"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient><ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(radius)}" ry="${n(radius * 0.17)}" fill="url(#s${i})"/>`,
    )
    .join("");
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}">${place.paint({ r, w, h, ground, wall })}${shadows}</svg>`,
    blur: place.blur,
  };
}

function pickWall(r: Random, avoid: number | null): string {
  let best = r.pick(WALLS);
  if (avoid === null) return best;
  for (let i = 0; i < 3; i++) {
    const other = r.pick(WALLS);
    if (Math.abs(luma(other) - avoid) > Math.abs(luma(best) - avoid)) best = other;
  }
  return best;
}

function studio({ w, h, ground, wall }: Brush): string {
  return `${fade("a", lighter(wall, 0.22), darker(wall, 0.14))}${rect(0, 0, w, h, "url(#a)")}<radialGradient id="v" cx=".5" cy=".38" r=".6"><stop offset="0" stop-color="#fff" stop-opacity=".35"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></radialGradient>${rect(0, 0, w, h, "url(#v)")}${fade("f", darker(wall, 0.1), darker(wall, 0.35))}${rect(-9, ground, w + 18, h * 1.5, "url(#f)", 0.7)}`;
}

function room({ r, w, h, ground, wall }: Brush): string {
  const floor = r.pick(["#8a6a4c", "#a48b6c", "#6f6257", "#9b968e"]);
  let svg =
    fade("a", lighter(wall, 0.12), darker(wall, 0.12), true) +
    rect(0, 0, w, h, "url(#a)") +
    fade("f", darker(floor, 0.1), lighter(floor, 0.12)) +
    rect(-9, ground, w + 18, h * 1.5, "url(#f)") +
    rect(-9, ground - h * 0.02, w + 18, h * 0.02, lighter(wall, 0.5));
  for (const x of [r.between(-0.08, 0.06), r.between(0.72, 0.84)]) {
    const [fx, fy, fw, fh] = [w * x, h * r.between(0.06, 0.3), w * r.between(0.2, 0.28), h * r.between(0.14, 0.24)];
    svg +=
      rect(fx, fy, fw, fh, darker(wall, 0.4)) +
      rect(
        fx + fw * 0.08,
        fy + fh * 0.07,
        fw * 0.84,
        fh * 0.86,
        r.pick(["#6d8aa0", "#b07d55", "#7c8b60", "#ccaaaa", "#d9c07a"]),
      );
  }
  const shelf = h * r.between(0.52, 0.62);
  const side = r.chance(0.5) ? -0.05 : 0.7;
  svg += rect(w * side, shelf, w * 0.36, h * 0.016, darker(floor, 0.35));
  for (let i = 0; i < 6; i++)
    svg += rect(
      w * (side + 0.03 + i * 0.05),
      shelf - h * r.between(0.05, 0.1),
      w * 0.036,
      h * 0.1,
      r.pick(["#8c4a44", "#476a7d", "#5f7350", "#c6a55c", "#3f4350"]),
    );
  return svg + rect(w * side, shelf, w * 0.36, h * 0.016, darker(floor, 0.35));
}

function whiteWall({ r, w, h, ground }: Brush): string {
  const white = jitter(r, "#e9e7e2", 5);
  return (
    fade("a", lighter(white, 0.4), darker(white, 0.1), true) +
    rect(0, 0, w, h, "url(#a)") +
    rect(-9, ground, w + 18, h * 1.5, jitter(r, "#b9aea0", 12)) +
    rect(-9, ground - h * 0.02, w + 18, h * 0.02, "#f8f7f4") +
    rect(w * r.between(0.05, 0.9), 0, 1, h, darker(white, 0.12))
  );
}

function bricks({ r, w, h, ground }: Brush): string {
  const base = jitter(r, r.pick(["#9b5a44", "#a86a52", "#8c5546"]), 8);
  const bh = h / 44;
  let svg = rect(0, 0, w, h, mix(base, "#d8cfc4", 0.55));
  for (let row = 0; row < 45; row++)
    for (let x = row % 2 ? -bh * 1.3 : 0; x < w; x += bh * 2.6)
      svg += rect(x + bh * 0.1, row * bh + bh * 0.1, bh * 2.38, bh * 0.82, jitter(r, base, 13));
  return svg + rect(-9, ground, w + 18, h * 1.5, "#8f8c88");
}

function park({ r, w, h, ground }: Brush): string {
  const horizon = Math.min(ground, h) * r.between(0.7, 0.8);
  let svg = fade("a", "#c9dcea", "#e9eadd") + rect(0, 0, w, h, "url(#a)");
  for (let i = 0; i < 40; i++)
    svg += disc(
      r.between(-0.1, 1.1) * w,
      horizon - Math.abs(r.between(-0.3, 0.5)) * horizon,
      r.between(0.06, 0.16) * w,
      jitter(r, r.pick(["#5d7b4b", "#7d9960", "#47633c", "#97a86d"]), 14),
      0.85,
    );
  svg += fade("f", "#86985c", "#a3ab75") + rect(-9, horizon, w + 18, h * 2, "url(#f)");
  return (
    svg +
    (r.chance(0.6)
      ? `<path d="M${n(w * 0.42)} ${n(horizon)}L${n(w * 0.58)} ${n(horizon)}L${n(w * 1.1)} ${n(h * 1.3)}L${n(-w * 0.1)} ${n(h * 1.3)}Z" fill="#b9ad97"/>`
      : "")
  );
}

/** A yard: sky, a fence, gravel. */
function yard({ r, w, h, ground }: Brush): string {
  const horizon = Math.min(ground, h) * r.between(0.74, 0.84);
  const wood = jitter(r, r.pick(["#a98a6a", "#8f8478", "#b7a58c"]), 10);
  let svg = fade("a", "#a9c6e2", "#dfe7ea") + rect(0, 0, w, h, "url(#a)");
  for (let i = 0; i < 5; i++)
    svg += disc(r.between(0, 1) * w, r.between(0.02, 0.2) * h, r.between(0.08, 0.17) * w, "#ffffff", 0.5);
  for (let x = -0.02; x < 1.05; x += 0.085)
    svg += rect(x * w, horizon * r.between(0.55, 0.58), w * 0.072, horizon * 0.5, jitter(r, wood, 12));
  return svg + rect(-9, horizon, w + 18, h * 2, jitter(r, "#b3aa9a", 8));
}

function street({ r, w, h, ground }: Brush): string {
  const horizon = Math.min(ground, h) * r.between(0.78, 0.88);
  let svg = rect(0, 0, w, h, "#c6cdd2");
  for (let x = -w * 0.1; x < w; ) {
    const width = r.between(0.2, 0.38) * w;
    const color = jitter(r, r.pick(["#a3846c", "#8b8f95", "#c3b49b", "#6e7278", "#97705d"]), 12);
    svg += rect(x, r.between(-0.1, 0.2) * horizon, width, horizon * 1.2, color);
    for (let row = 0.12; row < 0.75; row += 0.13)
      for (let column = 0.15; column < 0.8; column += 0.36)
        svg += rect(
          x + column * width,
          row * horizon,
          width * 0.2,
          horizon * 0.08,
          r.chance(0.3) ? "#e8d9a8" : darker(color, 0.45),
          0.85,
        );
    x += width;
  }
  return svg + fade("f", "#77777a", "#9a9997") + rect(-9, horizon, w + 18, h * 2, "url(#f)");
}

function landscape({ r, w, h, ground }: Brush): string {
  const horizon = Math.min(ground, h) * r.between(0.68, 0.78);
  const ridge = (y: number, height: number, color: string): string => {
    let d = `M-9 ${n(y)}`;
    for (let x = 0; x <= 1.01; x += 0.125) d += `L${n(x * w)} ${n(y - height * r.between(0.2, 1))}`;
    return `<path d="${d}L${n(w + 9)} ${n(y)}Z" fill="${color}"/>`;
  };
  return (
    fade("a", "#86b4dc", "#e7e6d8") +
    rect(0, 0, w, h, "url(#a)") +
    ridge(horizon, h * 0.34, "#8ea3b8") +
    ridge(horizon, h * 0.22, "#6f8a86") +
    ridge(horizon, h * 0.1, "#5d7a55") +
    fade("f", "#7f9356", "#a9a268") +
    rect(-9, horizon - 1, w + 18, h * 2, "url(#f)")
  );
}

function beach({ r, w, h, ground }: Brush): string {
  const sea = Math.min(ground, h) * r.between(0.5, 0.58);
  const sand = Math.min(ground, h) * r.between(0.7, 0.78);
  let svg =
    fade("a", "#8fc1e6", "#e4eef0") +
    rect(0, 0, w, h, "url(#a)") +
    fade("b", "#2f7fa8", "#7cc0c8") +
    rect(-9, sea, w + 18, h, "url(#b)");
  for (let i = 0; i < 6; i++)
    svg += rect(
      r.between(-0.1, 0.8) * w,
      sea + r.between(0.1, 0.95) * (sand - sea),
      w * 0.4,
      h * 0.004,
      "#ffffff",
      0.7,
    );
  return svg + fade("f", "#e0cda0", "#cdb483") + rect(-9, sand, w + 18, h * 2, "url(#f)");
}

function night({ r, w, h, ground }: Brush): string {
  let svg = fade("a", "#1a2138", "#3a3a55") + rect(0, 0, w, h, "url(#a)");
  for (let i = 0; i < 46; i++)
    svg += disc(
      r.between(0, w),
      r.between(0, h * 0.85),
      r.between(0.02, 0.075) * w,
      jitter(r, r.pick(["#f2c86e", "#e9793c", "#6fb3d8", "#ffffff", "#e05a7c", "#8fd07a"]), 20),
      r.between(0.3, 0.8),
    );
  return svg + rect(-9, ground, w + 18, h * 1.5, "#2a2c36", 0.85);
}
