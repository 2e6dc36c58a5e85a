import { COLOR_HEX, darker, lighter, luma, mix } from "../palette.ts";
import { drawArms } from "./arms.ts";
import { drawTrousers, skirtRing } from "./bottom.ts";
import { drawCollar, drawStraps } from "./collar.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { blob, ellipse, mirror, type Point, rect, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { briefs } from "./one-piece.ts";
import { torso } from "./torso.ts";

const GOLD = COLOR_HEX.gold as string;

interface Costume {
  draw(figure: Figure, cloth: Fabric): void;
  /** Room in the sleeve and how far it hangs below the wrist. */
  readonly ease?: number;
  readonly drop?: number;
  readonly bell?: number;
  readonly part?: "dress" | "upper-clothes";
  readonly material?: string;
}

/** Traditional, ceremonial and role costumes, each known by its cut. */
export const COSTUMES: Readonly<Record<string, Costume>> = {
  saree: { draw: saree, ease: 2, material: "silk" },
  kimono: { draw: (figure, cloth) => robe(figure, cloth, "obi"), ease: 12, drop: 92, bell: 10, material: "silk" },
  hanfu: { draw: (figure, cloth) => robe(figure, cloth, "hanfu"), ease: 12, drop: 128, bell: 16, material: "silk" },
  hanbok: { draw: hanbok, ease: 11, bell: 6, drop: 26, material: "silk" },
  qipao: { draw: qipao, ease: 3, material: "silk" },
  "abaya or thobe": { draw: thobe, ease: 12, bell: 13, material: "cotton" },
  swimsuit: { draw: swimsuit, part: "upper-clothes", material: "synthetic" },
  bikini: { draw: bikini, part: "upper-clothes", material: "synthetic" },
  uniform: { draw: uniform, ease: 6, part: "upper-clothes", material: "cotton" },
  "academic gown": { draw: gown, ease: 16, bell: 26, drop: 40, material: "wool" },
  "stage costume": { draw: stage, ease: 7, bell: 16, material: "metal" },
};

export function specialCloth(figure: Figure): Fabric {
  const cloth = figure.fabric("special", [130, 720]);
  return { ...cloth, material: COSTUMES[figure.value("special.type")]?.material ?? "cotton", slant: 0 };
}

export function drawSpecial(figure: Figure, cloth: Fabric): void {
  COSTUMES[figure.value("special.type")]?.draw(figure, cloth);
}

export function drawSpecialArms(figure: Figure, cloth: Fabric): void {
  const { ease = 5, drop, bell, part = "dress" } = COSTUMES[figure.value("special.type")] ?? {};
  const sleeve = figure.is("special.type", "hanbok") ? shifted(cloth, lighter(cloth.base, 0.55)) : cloth;
  const long = figure.is("special.sleeve_length", "long sleeve", "mid-sleeve");
  drawArms(figure, {
    cloth: sleeve,
    part,
    group: "special",
    length: figure.value("special.sleeve_length"),
    ease,
    drop: long ? drop : undefined,
    bell: long ? bell : 0,
  });
}

const trim = (cloth: Fabric): Fabric => plain(luma(cloth.base) > 150 ? "#a02c33" : GOLD, "silk");

function saree(figure: Figure, cloth: Fabric): void {
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

/** Kimono and hanfu: crossed collar, long wrap, sash. */
function robe(figure: Figure, cloth: Fabric, kind: "obi" | "hanfu"): void {
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

function hanbok(figure: Figure, cloth: Fabric): void {
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

function qipao(figure: Figure, cloth: Fabric): void {
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

function thobe(figure: Figure, cloth: Fabric): void {
  const { body } = figure;
  const male = !body.female;
  const robeCloth = male ? shifted(cloth, "#efece6") : cloth;
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
      color: male ? darker(robeCloth.base, 0.3) : GOLD,
      width: male ? 3 : 7,
    },
  ];
  for (const t of [-0.6, -0.25, 0.25, 0.6])
    decor.push({
      line: [
        [t * 80, 300],
        [t * 130, 720],
      ],
      color: darker(robeCloth.base, 0.32),
      width: 3.4,
      opacity: 0.5,
    });
  figure.add("dress", "special", [ring], robeCloth, { round: 46, decor, join: true });
  drawCollar(figure, male ? "stand-up collar" : "high neck", robeCloth, "dress", "special");
}

function swimsuit(figure: Figure, cloth: Fabric): void {
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

function bikini(figure: Figure, cloth: Fabric): void {
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
function uniform(figure: Figure, cloth: Fabric): void {
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
function gown(figure: Figure, cloth: Fabric): void {
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
function stage(figure: Figure, cloth: Fabric): void {
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
