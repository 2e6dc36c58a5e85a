import { darker, luma, seam } from "../palette.ts";
import { drawArms } from "./arms.ts";
import { drawCollar, drawHoodBack, drawStraps } from "./collar.ts";
import type { Fabric, Figure } from "./figure.ts";
import { ellipse } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { motif } from "./motif.ts";
import { neckline, type Shoulders, torso } from "./torso.ts";

const HEM: Readonly<Record<string, number>> = { cropped: 262, normal: 394, long: 446 };
const EASE: Readonly<Record<string, number>> = {
  "t-shirt": 7,
  shirt: 8,
  blouse: 9,
  "polo shirt": 6,
  sweatshirt: 12,
  sweaters: 11,
  hoodie: 14,
  camisole: 4,
  "tank top": 3,
  "crop top": 3,
  vest: 6,
};

/** Whether the top goes into the lower garment: where a belt or a skirt wants to be seen. */
export const tucked = (figure: Figure): boolean =>
  figure.is("top.top_length", "normal") &&
  (!figure.body.pregnant || figure.is("belt.wears", "yes")) &&
  (figure.is("belt.wears", "yes") ||
    figure.is("bottom.type", "suit trousers") ||
    (figure.is("bottom.type", "skirt") && figure.is("top.type", "shirt", "blouse", "camisole")));

export function drawTopBack(figure: Figure): void {
  if (figure.is("top.type", "hoodie")) drawHoodBack(figure, figure.fabric("top"), "upper-clothes", "top");
}

/** The trunk of a top. Its sleeves come with the arms, see `sleeveOfTop`. */
export function drawTop(figure: Figure, cloth: Fabric): void {
  const type = figure.value("top.type");
  const collar = figure.value("top.collar_shape");
  const bare = collar === "straps";
  const sleeveless = figure.is("top.sleeve_length", "sleeveless");
  const shoulders: Shoulders = bare ? "strapless" : sleeveless ? "narrow" : "covered";
  const hem = tucked(figure) ? 294 : (HEM[figure.value("top.top_length")] ?? 394);
  const ring = torso(figure.body, {
    hem,
    ease: EASE[type] ?? 6,
    flare: hem > 420 ? 6 : 2,
    shoulders,
    collar,
    boxy: ["hoodie", "sweatshirt", "sweaters"].includes(type) ? 0.4 : 0,
  });
  figure.add("upper-clothes", "top", [ring], cloth, {
    round: 42,
    grain: 28,
    join: true,
    decor: topDecor(figure, cloth, type, hem),
  });
  if (bare) drawStraps(figure, cloth, "upper-clothes", "top");
  else drawCollar(figure, collar, cloth, "upper-clothes", "top");
}

function topDecor(figure: Figure, cloth: Fabric, type: string, hem: number): Decor[] {
  const { edge } = neckline(figure.body, figure.value("top.collar_shape"));
  const low = Math.max(...edge.map(([, y]) => y));
  const line = seam(cloth.base);
  const button = luma(cloth.base) > 150 ? "#5d5d60" : "#efefef";
  const decor: Decor[] = [];
  const buttons = (to: number): void => {
    for (let y = low + 10; y < to; y += 26) decor.push({ area: ellipse(4.5, y, 3, 3, 8), color: button });
  };
  if (type === "shirt" || type === "blouse") {
    decor.push({
      line: [
        [0, low],
        [0, hem + 8],
      ],
      color: line,
      width: 2,
    });
    if (type === "shirt")
      decor.push(
        {
          line: [
            [10, low],
            [10, hem + 8],
          ],
          color: line,
          width: 1.2,
          opacity: 0.6,
        },
        {
          line: [
            [19, 206],
            [46, 206],
            [46, 236],
            [32, 243],
            [19, 236],
            [19, 206],
          ],
          color: line,
          width: 2,
        },
      );
    buttons(hem);
  }
  if (type === "blouse")
    for (const s of [1, -1])
      decor.push({
        line: [
          [s * 12, low],
          [s * 17, 270],
          [s * 14, hem],
        ],
        color: line,
        width: 3,
        opacity: 0.5,
      });
  if (type === "polo shirt") {
    decor.push({
      area: [
        [-8, 152],
        [8, 152],
        [8, 208],
        [-8, 208],
      ],
      color: darker(cloth.base, 0.2),
    });
    buttons(205);
  }
  if (type === "hoodie") {
    decor.push(
      {
        line: [
          [-42, 394],
          [-31, 328],
          [31, 328],
          [42, 394],
        ],
        color: line,
        width: 3,
      },
      {
        line: [
          [-10, 150],
          [-12, 208],
        ],
        color: "#efece4",
        width: 3.4,
      },
      {
        line: [
          [10, 150],
          [12, 202],
        ],
        color: "#efece4",
        width: 3.4,
      },
    );
  }
  if (["hoodie", "sweatshirt", "sweaters"].includes(type))
    decor.push({
      area: [
        [-130, hem - 17],
        [130, hem - 17],
        [130, hem + 20],
        [-130, hem + 20],
      ],
      color: darker(cloth.base, 0.25),
      opacity: 0.6,
    });
  if (type === "vest") {
    decor.push({
      line: [
        [0, low],
        [0, hem + 8],
      ],
      color: line,
      width: 2.4,
    });
    buttons(hem);
  }
  if (cloth.pattern === "graphic")
    decor.push({
      svg: `<g transform="scale(1.9)">${motif(cloth.graphic ?? "a star", cloth.second, cloth.base)}</g>`,
      at: [0, Math.max(226, low + 46)],
    });
  return decor;
}

/** Arms in the top's sleeves; bare where it has none. */
export function drawTopArms(figure: Figure, cloth: Fabric): void {
  const type = figure.value("top.type");
  const ease = { "t-shirt": 7, "polo shirt": 6, sweatshirt: 8, sweaters: 7, hoodie: 9, blouse: 8 }[type] ?? 5;
  drawArms(figure, {
    cloth,
    part: "upper-clothes",
    group: "top",
    length: figure.value("top.sleeve_length"),
    ease,
    cuff: ["hoodie", "sweatshirt", "sweaters"].includes(type),
    bell: type === "blouse" ? 9 : 0,
  });
}
