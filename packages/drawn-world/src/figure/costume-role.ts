import { COLOR_HEX, darker, lighter, luma, mix } from "../palette.ts";
import { drawTrousers } from "./bottom.ts";
import { drawCollar, drawStraps } from "./collar.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { blob, ellipse, type Point, rect, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { briefs } from "./one-piece.ts";
import { torso } from "./torso.ts";

const GOLD = COLOR_HEX.gold as string;

export function swimsuit(figure: Figure, cloth: Fabric): void {
  figure.add(
    "upper-clothes",
    "special",
    [
      torso(figure.body, { hem: 290, ease: 1, flare: 0, shoulders: "strapless", collar: "straps" }),
      briefs(figure, 278),
    ],
    cloth,
    { round: 40, join: true },
  );
  drawStraps(figure, cloth, "upper-clothes", "special", 6);
}

export function bikini(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  figure.add(
    "face",
    "body",
    [torso(body, { hem: 350, ease: -1, flare: 0, shoulders: "narrow", collar: "scoop neckline" }), briefs(figure, 300)],
    plain(body.skin, "skin"),
    { round: 42, join: true, decor: [{ area: ellipse(0, 300, 2.4, 4, 8), color: darker(body.skin, 0.4) }] },
  );
  const c = body.chest;
  figure.add(
    "upper-clothes",
    "special",
    [
      [
        [-c, 196],
        [-c * 0.5, 180],
        [0, 204],
        [c * 0.5, 180],
        [c, 196],
        [c * 0.96, 226],
        [0, 222],
        [-c * 0.96, 226],
      ],
    ],
    cloth,
    { round: 30, join: true },
  );
  drawStraps(figure, cloth, "upper-clothes", "special", 3.4, 190);
  figure.add("pants", "special", [briefs(figure, 350)], cloth, { round: 34 });
}

/** A uniform shirt with badges; trousers or a skirt come from `bottom`. */
export function uniform(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const shirt = { ...cloth, pattern: "solid color" };
  const dark = darker(cloth.base, 0.45);
  const pocket = (s: number): Decor => ({
    line: [
      [s * 20, 205],
      [s * 50, 205],
      [s * 50, 236],
      [s * 20, 236],
      [s * 20, 205],
      [s * 50, 213],
    ],
    color: luma(cloth.base) < 70 ? lighter(cloth.base, 0.3) : dark,
    width: 2.4,
  });
  const buttons = [170, 196, 222, 248, 274].map((y): Decor => ({ area: ellipse(0, y, 3.6, 3.6, 8), color: "#e0c566" }));
  figure.add(
    "upper-clothes",
    "special",
    [torso(body, { hem: 296, ease: 6, flare: 0, shoulders: "covered", collar: "shirt collar" })],
    shirt,
    { round: 42, grain: 28, join: true, decor: [pocket(1), pocket(-1), ...buttons] },
  );
  drawCollar(figure, "shirt collar", shirt, "upper-clothes", "special");
  figure.add(
    "upper-clothes",
    "special",
    [
      blob([
        [27, 186],
        [35, 180],
        [43, 186],
        [40, 198],
        [35, 203],
        [30, 198],
      ]),
    ],
    plain(GOLD, "metal"),
    { flat: true },
  );
  for (const s of [1, -1])
    figure.add(
      "upper-clothes",
      "special",
      [
        [
          [s * (body.neck + 12), 130],
          [s * (body.shoulder - 3), 139],
          [s * (body.shoulder + 2), 150],
          [s * (body.neck + 12), 140],
        ],
      ],
      plain(dark),
      {
        flat: true,
        decor: [
          {
            line: [
              [s * (body.shoulder - 16), 130],
              [s * (body.shoulder - 16), 152],
            ],
            color: GOLD,
            width: 4,
          },
        ],
      },
    );
}

/** An open gown with a coloured hood over shirt and trousers. */
export function gown(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  drawTrousers(figure, "dress", "special", plain("#2b2d35", "wool"), {
    type: "suit trousers",
    length: "maxi",
    shape: "straight",
  });
  figure.add(
    "dress",
    "special",
    [torso(body, { hem: 330, ease: 3, flare: 0, shoulders: "covered", collar: "shirt collar" })],
    plain("#eceae6"),
    { round: 42, join: true },
  );
  const halves = [1, -1].map((s): Point[] =>
    spline(
      [
        [body.neck + 6, 124],
        [body.shoulder + 3, 140],
        [body.chest + 18, 210],
        [body.hip + 30, 400],
        [body.hip + 44, 620],
        [34, 626],
        [24, 400],
        [20, 250],
        [body.neck * 0.9, 150],
      ] as Point[],
      true,
      4,
    ).map(([x, y]): Point => [s * x, y]),
  );
  const folds: Decor[] = [-0.75, -0.5, 0.5, 0.75].map((t) => ({
    line: [
      [t * 80, 170],
      [t * 125, 620],
    ],
    color: luma(cloth.base) < 60 ? lighter(cloth.base, 0.2) : darker(cloth.base, 0.4),
    width: 3,
    opacity: 0.7,
  }));
  figure.add("dress", "special", halves, cloth, { round: 44, join: true, decor: folds });
  for (const s of [1, -1])
    figure.add(
      "dress",
      "special",
      [
        tube([
          [s * (body.neck + 14), 126, 10],
          [s * (body.neck + 4), 165, 10],
          [s * 22, 230, 9],
          [s * 8, 282, 6],
        ]),
      ],
      plain(figure.random.pick(["#c23a3f", "#d9a932", "#2f62b8", "#3a8a57"]), "silk"),
      { round: 8 },
    );
}

/** Sequins, a ruff, a sash of light. */
export function stage(figure: Figure, cloth: Fabric): void {
  const { body, random } = figure;
  const bright = shifted(cloth, mix(cloth.base, random.pick(["#d63a8e", "#3ac0d6", "#d6a83a", "#8a3ad6"]), 0.55));
  drawTrousers(figure, "dress", "special", bright, { type: "leggings", length: "maxi", shape: "flared" });
  const stars = Array.from(
    { length: 22 },
    (): Decor => ({
      area: ellipse(random.between(-70, 70), random.between(160, 340), 3.4, 3.4, 5),
      color: random.pick(["#fff4c8", "#ffd2ec", "#c8f4ff"]),
    }),
  );
  figure.add(
    "dress",
    "special",
    [
      torso(body, {
        hem: 344,
        ease: 4,
        flare: 16,
        shoulders: figure.is("special.sleeve_length", "sleeveless") ? "narrow" : "covered",
        collar: "stand-up collar",
      }),
    ],
    bright,
    { round: 42, join: true, decor: [...stars, { area: rect(-140, 282, 280, 20), color: GOLD }] },
  );
  const ruff = Array.from(
    { length: 15 },
    (_, i): Point => [
      -body.neck - 24 + (i * (2 * body.neck + 48)) / 14,
      122 + (i % 2 ? 22 : 4) + 10 * Math.sin((Math.PI * i) / 14),
    ],
  );
  figure.add("dress", "special", [[...ruff, [body.neck + 4, 108], [-body.neck - 4, 108]]], plain("#f4f1ea", "lace"), {
    round: 12,
  });
}
