import { darker, lighter, luma, seam } from "../palette.ts";
import { drawArms } from "./arms.ts";
import { drawTrousers, pleats, skirtRing } from "./bottom.ts";
import { drawCollar, drawStraps } from "./collar.ts";
import { type Fabric, type Figure, plain } from "./figure.ts";
import { ellipse, mirror, type Point, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { motif } from "./motif.ts";
import { type Shoulders, torso } from "./torso.ts";

const SKIRT: Readonly<Record<string, string>> = {
  short: "short",
  "knee-length": "knee-length",
  midi: "cropped",
  maxi: "maxi",
};
const SHOULDERS: Readonly<Record<string, Shoulders>> = {
  "off-shoulder": "off-shoulder",
  "one-shoulder": "one-shoulder",
  "thin straps": "strapless",
  strapless: "strapless",
};

/** Lower half first (it lies behind the arms), then the bodice. */
export function drawOnePiece(figure: Figure, cloth: Fabric): void {
  const type = figure.value("one_piece.type");
  if (type === "overalls") {
    drawOveralls(figure, cloth);
    return;
  }
  const length = figure.value("one_piece.length");
  if (type === "jumpsuit" || type === "romper")
    drawTrousers(figure, "dress", "one_piece", cloth, {
      type: "jumpsuit",
      length: length === "midi" ? "cropped" : length,
      shape: type === "romper" ? "wide-leg" : "straight",
    });
  else if (type === "bodysuit") drawBriefs(figure, cloth);
  else {
    const shape =
      type === "wedding dress"
        ? "flared"
        : type === "evening gown"
          ? "straight"
          : figure.random.pick(["A-line", "flared", "A-line"]);
    const decor = pleats(figure, cloth, SKIRT[length] ?? "knee-length", false, shape === "flared" ? 80 : 36);
    if (type === "evening gown")
      decor.push({
        line: [
          [36, 470],
          [44, 760],
        ],
        color: darker(cloth.base, 0.55),
        width: 6,
      });
    figure.add("dress", "one_piece", [skirtRing(figure, SKIRT[length] ?? "knee-length", shape, 272)], cloth, {
      round: 48,
      decor,
    });
  }
  drawBodice(figure, cloth, type);
}

function drawBodice(figure: Figure, cloth: Fabric, type: string): void {
  const collar = figure.value("one_piece.collar_shape");
  const exposure = figure.value("one_piece.shoulder_exposure");
  const sleeveless = figure.is("one_piece.sleeve_length", "sleeveless");
  const shoulders = SHOULDERS[exposure] ?? (collar === "straps" ? "strapless" : sleeveless ? "narrow" : "covered");
  const ring = torso(figure.body, {
    hem: 292,
    ease: type === "jumpsuit" || type === "romper" ? 5 : 3,
    flare: 0,
    shoulders,
    collar,
  });
  const decor: Decor[] = [];
  const line = seam(cloth.base);
  if (["dress", "jumpsuit", "romper"].includes(type))
    decor.push({
      area: [
        [-130, 277],
        [130, 277],
        [130, 287],
        [-130, 287],
      ],
      color: darker(cloth.base, 0.4),
      opacity: 0.6,
    });
  if (["jumpsuit", "romper"].includes(type) || collar === "shirt collar")
    for (let y = 205; y < 275; y += 22)
      decor.push({ area: ellipse(0, y, 3, 3, 8), color: luma(cloth.base) > 140 ? "#555" : "#eee" });
  if (type === "wedding dress")
    for (const x of [-0.5, 0, 0.5])
      decor.push({
        line: [
          [x * figure.body.chest, 200],
          [x * figure.body.waist, 290],
        ],
        color: line,
        width: 1.8,
        opacity: 0.7,
      });
  if (cloth.pattern === "graphic")
    decor.push({
      svg: `<g transform="scale(1.6)">${motif(cloth.graphic ?? "a star", cloth.second, cloth.base)}</g>`,
      at: [0, 236],
    });
  if (type === "evening gown" || type === "wedding dress")
    for (let i = 0; i < 14; i++)
      decor.push({
        area: ellipse(figure.random.between(-50, 50), figure.random.between(196, 285), 1.9, 1.9, 6),
        color: lighter(cloth.base, 0.75),
      });
  figure.add("dress", "one_piece", [ring], cloth, { round: 42, grain: 28, join: true, decor });
  if (shoulders === "strapless") {
    if (exposure !== "strapless") drawStraps(figure, cloth, "dress", "one_piece");
  } else if (shoulders !== "off-shoulder" && shoulders !== "one-shoulder")
    drawCollar(figure, collar, cloth, "dress", "one_piece");
}

function drawBriefs(figure: Figure, cloth: Fabric): void {
  figure.add("dress", "one_piece", [briefs(figure, 280)], cloth, { round: 36 });
}

/** From the waist to the cut of the leg. */
export function briefs({ body }: Figure, from: number): Point[] {
  const { waist, hip } = body;
  return [
    ...spline(
      mirror([
        [0, from],
        [waist + 1, from],
        [hip + 3, 345],
        [hip + 1, 372],
        [30, 402],
        [9, 430],
        [0, 432],
      ] as Point[]),
      true,
      3,
    ),
  ];
}

function drawOveralls(figure: Figure, cloth: Fabric): void {
  const { waist } = figure.body;
  const length = figure.value("one_piece.length");
  drawTrousers(figure, "dress", "one_piece", cloth, {
    type: cloth.material === "denim" ? "jeans" : "pants",
    length: length === "midi" ? "cropped" : length,
    shape: "straight",
  });
  const line = cloth.material === "denim" ? "#c98a45" : seam(cloth.base);
  const bib: Point[] = [
    [-37, 196],
    [37, 196],
    [41, 262],
    [waist + 5, 278],
    [waist + 5, 304],
    [-waist - 5, 304],
    [-waist - 5, 278],
    [-41, 262],
  ];
  figure.add("dress", "one_piece", [bib], cloth, {
    round: 40,
    join: true,
    decor: [
      {
        line: [
          [-21, 214],
          [21, 214],
          [21, 250],
          [-21, 250],
          [-21, 214],
        ],
        color: line,
        width: 2.4,
      },
      {
        line: [
          [-37, 200],
          [37, 200],
        ],
        color: line,
        width: 2,
      },
    ],
  });
  for (const s of [1, -1]) {
    figure.add(
      "dress",
      "one_piece",
      [
        tube([
          [s * 31, 203, 7],
          [s * 38, 165, 7],
          [s * 43, 132, 7],
        ]),
      ],
      cloth,
      { flat: true },
    );
    figure.add("dress", "one_piece", [ellipse(s * 31, 204, 6, 6, 10)], plain("#d4b65c", "metal"), { flat: true });
  }
}

export function drawOnePieceArms(figure: Figure, cloth: Fabric): void {
  const exposure = figure.value("one_piece.shoulder_exposure");
  drawArms(figure, {
    cloth,
    part: "dress",
    group: "one_piece",
    length: figure.value("one_piece.sleeve_length"),
    ease: 5,
    off: exposure === "off-shoulder",
    cold: exposure === "cold-shoulder",
  });
}
