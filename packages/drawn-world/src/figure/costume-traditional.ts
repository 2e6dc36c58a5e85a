import { COLOR_HEX, darker, lighter, luma, mix } from "../palette.ts";
import { skirtRing } from "./bottom.ts";
import { drawCollar } from "./collar.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { blob, mirror, type Point, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { torso } from "./torso.ts";

export const trim = (cloth: Fabric): Fabric => plain(luma(cloth.base) > 150 ? "#a02c33" : GOLD, "silk");

const GOLD = COLOR_HEX.gold as string;

/** Kimono and hanfu: crossed collar, long wrap, sash. */
export function robe(figure: Figure, cloth: Fabric, kind: "obi" | "hanfu"): void {
  const { body } = figure;
  const sash = plain(
    kind === "obi" ? mix(cloth.base, luma(cloth.base) > 120 ? "#3b2a5c" : "#e8d9a8", 0.75) : lighter(cloth.base, 0.6),
    "silk",
  );
  const inner = plain("#f2efe8", "cotton");
  const top = kind === "obi" ? 292 : 250;
  const lower =
    kind === "hanfu" ? shifted(cloth, mix(cloth.base, luma(cloth.base) > 130 ? "#28508a" : "#f0e6dc", 0.6)) : cloth;
  const wrap: Decor[] =
    kind === "obi"
      ? [
          {
            line: [
              [18, 300],
              [30, 520],
              [22, 740],
            ],
            color: darker(cloth.base, 0.5),
            width: 4,
          },
        ]
      : [-0.7, -0.4, -0.1, 0.2, 0.5, 0.8].map((t) => ({
          line: [
            [t * 50, 260],
            [t * 120, 730],
          ],
          color: darker(lower.base, 0.35),
          width: 3,
          opacity: 0.6,
        }));
  figure.add(
    "dress",
    "special",
    [skirtRing(figure, "maxi", kind === "obi" ? "pencil" : "A-line", top - 12)],
    {
      ...lower,
      pattern: kind === "obi" ? "floral" : "solid color",
      second: luma(cloth.base) > 150 ? "#c2465c" : "#f3dfe6",
    },
    { round: 48, decor: wrap },
  );
  figure.add(
    "dress",
    "special",
    [torso(body, { hem: top + 14, ease: 9, flare: 0, shoulders: "covered", collar: "stand-up collar" })],
    cloth,
    { round: 42, grain: 28, join: true },
  );
  const n = body.neck;
  for (const s of [-1, 1]) {
    figure.add(
      "dress",
      "special",
      [
        tube([
          [s * (n + 9), 120, 9],
          [s * n * 0.75, 150, 9],
          [-s * 6, 205, 9],
          [-s * 34, 262, 9],
        ]),
      ],
      inner,
      { flat: true },
    );
    figure.add(
      "dress",
      "special",
      [
        tube([
          [s * (n + 16), 123, 9],
          [s * n * 1.05, 152, 10],
          [-s * 2, 214, 10],
          [-s * 34, 274, 10],
        ]),
      ],
      trim(cloth),
      { flat: true },
    );
  }
  const w = body.waist + 12;
  const [y0, y1] = kind === "obi" ? [250, 308] : [238, 262];
  figure.add(
    "dress",
    "special",
    [
      [
        [-w, y0],
        [w, y0],
        [w + 3, y1],
        [-w - 3, y1],
      ],
    ],
    sash,
    {
      round: 40,
      decor: [
        {
          line: [
            [-w, (y0 + y1) / 2],
            [w, (y0 + y1) / 2],
          ],
          color: kind === "obi" ? "#c0392f" : darker(sash.base, 0.4),
          width: 6,
        },
      ],
    },
  );
  if (kind === "hanfu")
    for (const s of [1, -1])
      figure.add(
        "dress",
        "special",
        [
          tube([
            [s * 4, 256, 5],
            [s * 9, 340, 6],
            [s * 12, 430, 7],
          ]),
        ],
        sash,
        { round: 6 },
      );
}

export function hanbok(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const jacket = shifted(cloth, lighter(cloth.base, 0.55));
  const bell: Point[] = mirror([
    [0, 205],
    [body.chest, 208],
    [body.hip + 44, 330],
    [body.hip + 88, 540],
    [body.hip + 96, 712],
    [60, 722],
    [0, 724],
  ] as Point[]);
  const folds: Decor[] = [-0.8, -0.55, -0.3, -0.05, 0.2, 0.45, 0.7].map((t) => ({
    line: [
      [t * 55, 215],
      [t * 110, 400],
      [t * 165, 725],
    ],
    color: darker(cloth.base, 0.4),
    width: 3,
    opacity: 0.55,
  }));
  figure.add("dress", "special", [blob(bell)], cloth, { round: 60, decor: folds });
  figure.add(
    "dress",
    "special",
    [torso(body, { hem: 226, ease: 9, flare: 6, shoulders: "covered", collar: "v neckline" })],
    jacket,
    { round: 42, join: true },
  );
  for (const s of [-1, 1])
    figure.add(
      "dress",
      "special",
      [
        tube([
          [s * (body.neck + 9), 122, 7],
          [s * body.neck * 0.7, 154, 7],
          [-s * 8, 205, 7],
        ]),
      ],
      plain("#f6f3ec"),
      { flat: true },
    );
  const ribbon = plain(luma(cloth.base) > 130 ? "#8e2440" : "#e5c04e", "silk");
  figure.add(
    "dress",
    "special",
    [
      tube(
        [
          [6, 204, 9],
          [16, 270, 9],
          [13, 380, 10],
        ],
        { endCap: 0.1 },
      ),
      tube(
        [
          [2, 204, 8],
          [-6, 260, 8],
          [-4, 330, 9],
        ],
        { endCap: 0.1 },
      ),
      blob([
        [-30, 196],
        [0, 204],
        [30, 194],
        [32, 214],
        [0, 208],
        [-30, 216],
      ]),
    ],
    ribbon,
    { round: 8 },
  );
}

export function qipao(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const long = { ...cloth, pattern: "floral", second: luma(cloth.base) > 150 ? "#b8374c" : "#efd27a" };
  const slit: Decor = {
    line: [
      [body.hip + 2, 470],
      [body.hip - 8, 640],
    ],
    color: darker(cloth.base, 0.6),
    width: 8,
  };
  figure.add("dress", "special", [skirtRing(figure, "cropped", "pencil", 272)], long, { round: 48, decor: [slit] });
  const edge = trim(cloth);
  const knots: Decor[] = [
    [8, 140],
    [26, 158],
    [42, 180],
  ].map(([x, y]) => ({
    line: [
      [(x as number) - 8, y as number],
      [(x as number) + 9, (y as number) + 5],
    ],
    color: edge.base,
    width: 6,
  }));
  figure.add(
    "dress",
    "special",
    [
      torso(body, {
        hem: 292,
        ease: 2,
        flare: 0,
        shoulders: figure.is("special.sleeve_length", "sleeveless") ? "narrow" : "covered",
        collar: "high neck",
      }),
    ],
    long,
    {
      round: 42,
      join: true,
      decor: [
        {
          line: [
            [0, 126],
            [12, 146],
            [52, 196],
            [64, 205],
          ],
          color: edge.base,
          width: 4.5,
        },
        ...knots,
      ],
    },
  );
  drawCollar(figure, "stand-up collar", edge, "dress", "special");
}
