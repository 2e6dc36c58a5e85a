import { darker, lighter, luma } from "../palette.ts";
import { SIDES } from "./body.ts";
import { type Figure, plain, shifted } from "./figure.ts";
import { blob, type Point, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** How far up the leg a boot reaches, as a share of the leg's length from the hip. */
const BOOT_TOP: Readonly<Record<string, number>> = {
  "ankle boots": 0.9,
  "mid-calf boots": 0.74,
  "knee-high boots": 0.55,
  "over-knee boots": 0.36,
};

/** Bare legs and what is worn under the lower garment: socks, and shoes that trousers fall over. */
export function drawLegs(figure: Figure): void {
  const { body } = figure;
  for (const [side, s] of SIDES)
    figure.add(s > 0 ? "left-leg" : "right-leg", "body", [tube(body.legs[side].nodes)], plain(body.skin, "skin"), {
      round: 22,
    });
  if (figure.is("socks.wears", "yes")) drawSocks(figure);
  drawFeet(figure);
  if (!bootsOverTrousers(figure)) drawBootShafts(figure);
}

/** High boots go over narrow trousers, and are drawn after them. */
export const bootsOverTrousers = (figure: Figure): boolean =>
  figure.is("shoes.type", "boots") &&
  !figure.is("shoes.boots_length", "ankle boots") &&
  !figure.is("bottom.type", "skirt", "shorts", "culottes");

export function drawBootShafts(figure: Figure): void {
  if (!figure.is("shoes.type", "boots")) return;
  const cloth = figure.fabric("shoes", [560, 760]);
  const top = BOOT_TOP[figure.value("shoes.boots_length")] ?? 0.9;
  for (const [side, s] of SIDES) {
    const leg = figure.body.legs[side];
    const grow = figure.is("bottom.type", "skirt", "none", "shorts", "") ? 5 : 9;
    figure.add(
      s > 0 ? "left-shoe" : "right-shoe",
      "shoes",
      [tube(leg.nodes, { from: top, to: 1, grow, startCap: 0.1 })],
      cloth,
      { round: 17, grain: 85 },
    );
  }
}

function drawSocks(figure: Figure): void {
  const { body, random } = figure;
  const high = random.pick([0.62, 0.74, 0.82]);
  const cloth = figure.fabric("socks", [620, 760]);
  for (const [side, s] of SIDES) {
    const leg = body.legs[side];
    figure.add(
      s > 0 ? "left-leg" : "right-leg",
      "socks",
      [tube(leg.nodes, { from: high, grow: 2.5, startCap: 0.1 })],
      cloth,
      {
        round: 18,
        decor: [
          {
            line: [
              [leg.ankle[0] - 50, 543 + (708 - 543) * (high - 0.5) * 2 + 8],
              [leg.ankle[0] + 50, 543 + (708 - 543) * (high - 0.5) * 2 + 8],
            ],
            color: darker(cloth.base, 0.3),
            width: 5,
            opacity: 0.5,
          },
        ],
      },
    );
  }
}

function drawFeet(figure: Figure): void {
  const { body } = figure;
  const type = figure.value("shoes.type");
  const bare = type === "barefoot" || type === "";
  const cloth = figure.fabric("shoes", [690, 770]);
  const skin = plain(darker(body.skin, 0.04), "skin");
  for (const [side, s] of SIDES) {
    const [ax, ay] = body.legs[side].ankle;
    const at = (x: number, y: number): Point => [ax + s * x, ay + y];
    const part = s > 0 ? ("left-shoe" as const) : ("right-shoe" as const);
    const leg = s > 0 ? ("left-leg" as const) : ("right-leg" as const);
    const sock = figure.is("socks.wears", "yes") ? figure.fabric("socks", [620, 760]) : skin;
    const foot = blob([
      at(-12, -4),
      at(12, -4),
      at(15, 16),
      at(25, 36),
      at(23, 45),
      at(4, 48),
      at(-14, 44),
      at(-15, 20),
    ]);
    if (bare || type === "sandals" || type === "slippers") {
      const toes = [-9, -2, 5, 12, 18].map(
        (x): Decor => ({ line: [at(x, 36), at(x + 1.5, 47)], color: darker(body.skin, 0.4), width: 1.2 }),
      );
      figure.add(leg, sock === skin ? "body" : "socks", [foot], sock, { round: 13, decor: sock === skin ? toes : [] });
      if (bare) continue;
    }
    drawShoe(figure, type, part, cloth, at);
  }
}

function drawShoe(
  figure: Figure,
  type: string,
  part: "left-shoe" | "right-shoe",
  cloth: ReturnType<Figure["fabric"]>,
  at: (x: number, y: number) => Point,
): void {
  const sole = darker(cloth.base, 0.5);
  const line = (points: Point[], color: string, width: number): Decor => ({ line: points, color, width });
  const soleOf = (color: string, from = 41): Decor => ({
    area: [at(-26, from), at(4, from + 5), at(36, from - 2), at(34, 62), at(-24, 62)],
    color,
  });
  const low = (top: number): Point[] => [
    at(-15, top),
    at(15, top),
    at(18, 18),
    at(28, 36),
    at(25, 45),
    at(4, 49),
    at(-16, 45),
    at(-18, 22),
  ];
  const shoe = (points: Point[], decor: Decor[]): void =>
    figure.add(part, "shoes", [blob(points)], cloth, { round: 15, decor });
  const pale = luma(cloth.base) > 170 ? "#8f8f8f" : "#f4f2ec";
  switch (type) {
    case "sneakers":
      shoe(low(-1), [
        soleOf(luma(cloth.base) > 200 ? "#c9c5bb" : "#f1efe9", 38),
        ...[7, 14, 21, 28].map((y) => line([at(-8, y), at(10, y + 3)], pale, 3)),
        { area: [at(8, 34), at(28, 30), at(28, 42), at(8, 42)], color: pale, opacity: 0.75 },
      ]);
      break;
    case "high heels":
      figure.add(part, "shoes", [[at(-13, 24), at(-7, 26), at(-8, 62), at(-13, 62)]], shifted(cloth, sole), {
        round: 4,
      });
      shoe(
        [at(-13, 22), at(-8, 34), at(4, 34), at(13, 24), at(17, 38), at(14, 56), at(2, 61), at(-10, 54), at(-15, 36)],
        [],
      );
      break;
    case "flats":
      shoe(
        [at(-17, 24), at(-10, 36), at(6, 37), at(17, 24), at(27, 38), at(24, 46), at(4, 49), at(-16, 45)],
        [line([at(0, 38), at(9, 41)], sole, 3)],
      );
      break;
    case "loafers":
      shoe(low(14), [
        soleOf(sole),
        line([at(-12, 26), at(4, 30), at(19, 26)], lighter(cloth.base, 0.3), 5),
        { area: [at(-1, 25), at(8, 25), at(8, 32), at(-1, 32)], color: "#d8bd6b" },
      ]);
      break;
    case "oxford shoes":
      shoe(low(6), [
        soleOf("#221a15", 43),
        line([at(-10, 36), at(6, 33), at(24, 36)], sole, 2),
        ...[11, 17, 23].map((y) => line([at(-4, y), at(8, y)], lighter(cloth.base, 0.35), 1.8)),
        line([at(2, 8), at(2, 26)], sole, 2),
      ]);
      break;
    case "sandals":
      figure.add(
        part,
        "shoes",
        [
          [at(-19, 44), at(30, 42), at(28, 51), at(-17, 52)],
          [at(-17, 22), at(20, 30), at(22, 38), at(-17, 31)],
          [at(-14, 0), at(14, 0), at(15, 8), at(-15, 8)],
        ],
        cloth,
        { round: 6 },
      );
      break;
    case "slippers":
      shoe([at(-19, 26), at(18, 22), at(32, 36), at(28, 47), at(4, 51), at(-18, 47)], [soleOf(sole, 44)]);
      break;
    default:
      shoe(low(-14), [soleOf("#2a2320", 42), line([at(-20, 6), at(20, 6)], sole, 2)]);
  }
}
