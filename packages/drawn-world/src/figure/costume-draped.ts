import { darker } from "../palette.ts";
import { skirtRing } from "./bottom.ts";
import { drawCollar } from "./collar.ts";
import { trim } from "./costume-traditional.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { type Point, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { torso } from "./torso.ts";

export function saree(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const { chest, waist, hip, shoulder } = body;
  const border = trim(cloth);
  figure.add(
    "face",
    "body",
    [torso(body, { hem: 300, ease: -1, flare: 0, shoulders: "narrow", collar: "scoop neckline" })],
    plain(body.skin, "skin"),
    { round: 42, join: true },
  );
  figure.add(
    "dress",
    "special",
    [
      torso(body, {
        hem: 236,
        ease: 2,
        flare: 0,
        shoulders: figure.is("special.sleeve_length", "sleeveless") ? "narrow" : "covered",
        collar: "scoop neckline",
      }),
    ],
    shifted(cloth, darker(cloth.base, 0.35)),
    { round: 42, join: true },
  );
  const folds: Decor[] = [-0.5, -0.38, -0.26, -0.14, -0.02].map((t) => ({
    line: [
      [t * waist, 300],
      [t * (hip + 26), 720],
    ],
    color: darker(cloth.base, 0.4),
    width: 3,
    opacity: 0.6,
  }));
  figure.add("dress", "special", [skirtRing(figure, "maxi", "straight", 290)], cloth, {
    round: 48,
    decor: [
      ...folds,
      {
        area: [
          [-160, 692],
          [160, 692],
          [160, 730],
          [-160, 730],
        ],
        color: border.base,
      },
    ],
  });
  const drape: Point[] = spline(
    [
      [shoulder - 26, 132],
      [shoulder - 2, 141],
      [shoulder + 2, 175],
      [chest * 0.75, 250],
      [waist + 8, 300],
      [hip + 14, 420],
      [0, 400],
      [-hip - 4, 350],
      [-waist - 2, 306],
      [-waist * 0.4, 262],
      [chest * 0.1, 190],
    ] as Point[],
    true,
    4,
  );
  figure.add("dress", "special", [drape], cloth, {
    round: 40,
    grain: -35,
    decor: [
      {
        line: [
          [shoulder - 24, 132],
          [chest * 0.1, 190],
          [-waist * 0.4, 262],
          [-waist - 2, 306],
        ],
        color: border.base,
        width: 15,
      },
    ],
  });
  figure.add(
    "dress",
    "special",
    [
      tube([
        [shoulder - 12, 136, 15],
        [shoulder + 15, 240, 15],
        [shoulder + 24, 420, 16],
      ]),
    ],
    cloth,
    {
      round: 18,
      grain: 80,
      decor: [
        {
          area: [
            [-200, 396],
            [200, 396],
            [200, 450],
            [-200, 450],
          ],
          color: border.base,
        },
      ],
    },
  );
}

export function thobe(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const male = !body.female;
  const ring = torso(body, {
    hem: 716,
    ease: 20,
    flare: 34,
    shoulders: "covered",
    collar: male ? "stand-up collar" : "high neck",
    boxy: 1,
  });
  const decor: Decor[] = [
    {
      line: [
        [0, 140],
        [0, male ? 300 : 720],
      ],
      color: male ? darker(cloth.base, 0.3) : "#c99a2a",
      width: male ? 3 : 7,
    },
  ];
  for (const t of [-0.6, -0.25, 0.25, 0.6])
    decor.push({
      line: [
        [t * 80, 300],
        [t * 130, 720],
      ],
      color: darker(cloth.base, 0.32),
      width: 3.4,
      opacity: 0.5,
    });
  figure.add("dress", "special", [ring], cloth, { round: 46, decor, join: true });
  drawCollar(figure, male ? "stand-up collar" : "high neck", cloth, "dress", "special");
}
