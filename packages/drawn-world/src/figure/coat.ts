import { darker, lighter, seam } from "../palette.ts";
import { drawArms } from "./arms.ts";
import { drawHoodBack } from "./collar.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { ellipse, type Point, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { motif } from "./motif.ts";

const HEM: Readonly<Record<string, number>> = { waist: 302, hip: 398, thigh: 462, knee: 548, "below knee": 634 };
const EASE: Readonly<Record<string, number>> = {
  jacket: 12,
  overcoat: 16,
  coat: 15,
  "trench coat": 14,
  blazer: 11,
  cardigan: 10,
  puffer: 24,
  windbreaker: 15,
  gilet: 17,
  cape: 20,
};

export function drawCoatBack(figure: Figure, cloth: Fabric): void {
  if (figure.is("coat.collar_shape", "hood")) drawHoodBack(figure, cloth, "upper-clothes", "coat");
  const { body } = figure;
  const hem = HEM[figure.value("coat.coat_length")] ?? 400;
  if (hem > 420) {
    // the lining, seen between the fronts
    const ring: Point[] = [
      [-body.waist - 8, 290],
      [body.waist + 8, 290],
      [body.hip + 14, hem - 4],
      [-body.hip - 14, hem - 4],
    ];
    figure.add("upper-clothes", "coat", [ring], shifted(cloth, darker(cloth.base, 0.45)), { round: 40 });
  }
}

/** The outer layer, worn open so that what is under it can be told. */
export function drawCoat(figure: Figure, cloth: Fabric): void {
  const type = figure.value("coat.type");
  const hem = HEM[figure.value("coat.coat_length")] ?? 400;
  const gap = figure.random.between(15, 26);
  const halves = [1, -1].map((s) =>
    type === "cape" ? capeHalf(figure, s, hem, gap) : half(figure, s, hem, gap, EASE[type] ?? 12),
  );
  figure.add("upper-clothes", "coat", halves, cloth, {
    round: 42,
    grain: 28,
    join: true,
    decor: coatDecor(figure, cloth, type, hem, gap),
  });
  drawFront(figure, cloth, gap);
}

function half(figure: Figure, s: number, hem: number, gap: number, g: number): Point[] {
  const { neck, shoulder, chest, waist, hip } = figure.body;
  const narrow = figure.is("coat.type", "gilet");
  const outer: Point[] = [
    [neck + 6, 125],
    [(neck + shoulder) / 2 + 3, 131],
    [narrow ? shoulder - 9 : shoulder - 2, 139],
    [narrow ? shoulder - 2 : shoulder + 4, 164],
    [chest + g * 0.8, 202],
    [waist + g * 1.2, 276],
    ...(hem > 345 ? [[hip + g, 354] as Point] : []),
    ...(hem > 480 ? [[hip + g + 7, (354 + hem) / 2] as Point] : []),
    [(hem > 345 ? hip : waist) + g + (hem > 480 ? 15 : 3), hem],
  ];
  const inner: Point[] = [
    [gap + 9, hem + 5],
    [gap + 2, 300],
    [gap - 2, 225],
    [neck * 0.85, 152],
    [neck + 5, 125],
  ];
  const flip = ([x, y]: Point): Point => [s * x, y];
  return [...spline(outer, false, 5), ...spline(inner, false, 5)].map(flip);
}

function capeHalf({ body }: Figure, s: number, hem: number, gap: number): Point[] {
  const reach = Math.max(...(["left", "right"] as const).map((side) => Math.abs(body.arms[side].elbow[0]))) + 14;
  const outer: Point[] = [
    [body.neck + 6, 124],
    [(body.neck + body.shoulder) / 2, 130],
    [body.shoulder + 4, 143],
    [body.shoulder + 22, 210],
    [reach, 300],
    [reach + (hem - 300) * 0.12, hem],
  ];
  const inner: Point[] = [
    [gap + 34, hem + 5],
    [gap + 12, 300],
    [gap - 2, 225],
    [body.neck * 0.85, 150],
    [body.neck + 5, 124],
  ];
  return [...spline(outer, false, 5), ...spline(inner, false, 5)].map(([x, y]): Point => [s * x, y]);
}

function coatDecor(figure: Figure, cloth: Fabric, type: string, hem: number, gap: number): Decor[] {
  const { waist, hip } = figure.body;
  const line = seam(cloth.base);
  const decor: Decor[] = [];
  for (const s of [1, -1]) {
    if (type !== "cape" && hem > 380)
      decor.push({
        line: [
          [s * (waist - 8), 334],
          [s * (waist + 20), 328],
        ],
        color: line,
        width: 5,
        opacity: 0.85,
      });
    if (type === "jacket" && cloth.material === "denim")
      decor.push(
        {
          line: [
            [s * 26, 205],
            [s * 52, 203],
            [s * 52, 232],
            [s * 26, 234],
            [s * 26, 205],
          ],
          color: "#c98a45",
          width: 2.2,
        },
        {
          line: [
            [s * (gap + 12), 160],
            [s * (gap + 12), hem],
          ],
          color: "#c98a45",
          width: 2,
        },
      );
    if (type === "jacket" && cloth.material === "leather")
      decor.push({
        line: [
          [s * (gap + 6), 190],
          [s * (gap + 8), hem],
        ],
        color: "#c9ccd2",
        width: 3,
      });
    if (type === "cardigan")
      for (let y = 238; y < hem - 6; y += 32)
        decor.push({ area: ellipse(s > 0 ? gap + 8 : 999, y, 4, 4, 8), color: lighter(cloth.base, 0.55) });
    if (["windbreaker", "puffer", "gilet"].includes(type))
      decor.push({
        line: [
          [s * (gap + 4), 140],
          [s * (gap + 6), hem],
        ],
        color: "#d8dade",
        width: 3.4,
      });
    if (type === "windbreaker")
      decor.push({
        area:
          s > 0
            ? [
                [-140, 176],
                [140, 176],
                [140, 206],
                [-140, 206],
              ]
            : [],
        color: lighter(cloth.base, 0.55),
        opacity: 0.85,
      });
    if (type === "trench coat" || type === "overcoat" || type === "coat")
      for (const y of [246, 300, 356])
        decor.push({ area: ellipse(s * (gap + 17), y, 5, 5, 10), color: darker(cloth.base, 0.6) });
    if (type === "blazer")
      decor.push(
        { area: ellipse(s > 0 ? gap + 9 : 999, 268, 4, 4, 8), color: darker(cloth.base, 0.6) },
        {
          line:
            s > 0
              ? [
                  [28, 206],
                  [48, 202],
                ]
              : [
                  [0, 0],
                  [0, 0],
                ],
          color: lighter(cloth.base, 0.5),
          width: 4,
        },
      );
    if (type === "trench coat")
      decor.push(
        {
          area: [
            [s * (gap + 2), 283],
            [s * 140, 283],
            [s * 140, 300],
            [s * (gap + 2), 300],
          ],
          color: darker(cloth.base, 0.3),
        },
        {
          area: [
            [s * 30, 138],
            [s * 80, 150],
            [s * 78, 160],
            [s * 28, 148],
          ],
          color: darker(cloth.base, 0.22),
        },
      );
    if (type === "cape")
      decor.push({
        line: [
          [s * 46, 160],
          [s * 70, 300],
          [s * 84, hem],
        ],
        color: line,
        width: 3,
        opacity: 0.6,
      });
    if (type === "jacket" && hem < 410)
      decor.push({
        area: [
          [s * gap, hem - 15],
          [s * 140, hem - 15],
          [s * 140, hem + 10],
          [s * gap, hem + 10],
        ],
        color: darker(cloth.base, 0.28),
        opacity: 0.65,
      });
    if (hip && cloth.pattern === "graphic" && s > 0)
      decor.push({
        svg: `<g transform="scale(.95)">${motif(cloth.graphic ?? "a star", cloth.second, cloth.base)}</g>`,
        at: [gap + 26, 226],
      });
  }
  return decor;
}

/** The collar along both fronts. */
function drawFront(figure: Figure, cloth: Fabric, gap: number): void {
  const n = figure.body.neck;
  const edge = shifted(cloth, darker(cloth.base, 0.2));
  const collar = figure.value("coat.collar_shape");
  const fur = cloth.material === "fur";
  for (const s of [1, -1]) {
    const flap = (points: Point[]): void =>
      figure.add("upper-clothes", "coat", [points.map(([x, y]): Point => [s * x, y])], edge, {
        flat: !fur,
        round: 10,
        decor: [
          { line: points.map(([x, y]): Point => [s * x, y]), color: darker(cloth.base, 0.5), width: 2, opacity: 0.8 },
        ],
      });
    if (collar === "lapel")
      flap([
        [n + 3, 119],
        [n + 27, 138],
        [gap + 34, 172],
        [gap + 24, 181],
        [gap + 30, 192],
        [gap - 1, 258],
        [gap - 3, 200],
        [n * 0.85, 150],
      ]);
    else if (collar === "shirt collar")
      flap([
        [n - 3, 113],
        [n + 9, 116],
        [n + 22, 138],
        [n + 8, 170],
        [n - 4, 146],
      ]);
    else if (collar === "stand-up collar")
      flap([
        [n - 1, 103],
        [n + 11, 106],
        [n + 14, 134],
        [n + 1, 150],
        [n - 6, 140],
      ]);
    else if (collar === "hood")
      figure.add(
        "upper-clothes",
        "coat",
        [
          tube([
            [s * (n + 15), 112, 10],
            [s * (n + 6), 136, 12],
            [s * (gap + 4), 168, 6],
          ]),
        ],
        edge,
        { round: 10 },
      );
    else
      figure.add(
        "upper-clothes",
        "coat",
        [
          tube([
            [s * (n + 6), 122, 5],
            [s * n * 0.9, 152, 5],
            [s * (gap + 1), 225, 5],
            [s * (gap + 5), 300, 5],
          ]),
        ],
        edge,
        { flat: true },
      );
  }
}

/** Arms in the coat's sleeves. A cape hides the upper arms, so only forearms and hands come out of it. */
export function drawCoatArms(figure: Figure, cloth: Fabric, under: Fabric | null): void {
  const type = figure.value("coat.type");
  if (type === "gilet" || type === "cape") {
    const sleeve = under ?? plain(figure.body.skin, "skin");
    const own = {
      cloth: sleeve,
      part: "upper-clothes",
      group: "top",
      length: figure.value("top.sleeve_length"),
      ease: 6,
    } as const;
    drawArms(figure, under ? own : null);
    return;
  }
  drawArms(figure, {
    cloth,
    part: "upper-clothes",
    group: "coat",
    length: "long sleeve",
    ease: type === "puffer" ? 14 : type === "blazer" ? 7 : 9,
    cuff: ["puffer", "windbreaker", "jacket"].includes(type),
    bell: type === "overcoat" || type === "trench coat" ? 4 : 0,
  });
}
