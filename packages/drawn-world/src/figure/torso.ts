import type { Body } from "./body.ts";
import { type Point, type Ring, spline } from "./geometry.ts";

/** How the shoulders and the edge above the chest are cut. */
export type Shoulders = "covered" | "narrow" | "strapless" | "one-shoulder" | "off-shoulder";

export interface TorsoCut {
  readonly hem: number;
  /** Room between body and cloth. */
  readonly ease: number;
  /** How far the hem stands out. */
  readonly flare: number;
  readonly shoulders: Shoulders;
  readonly collar: string;
  /** Cloth falls straight past the waist instead of following it. */
  readonly boxy?: number;
}

export interface Neckline {
  /** Half width and height of its upper ends. */
  readonly half: number;
  readonly top: number;
  /** From the wearer's right to left end, left end of the picture first. */
  readonly edge: readonly Point[];
}

/** The opening for the neck; options of V-COLLAR. */
export function neckline(body: Body, collar: string): Neckline {
  const n = body.neck;
  const curved = (half: number, top: number, points: readonly Point[]): Neckline => ({
    half,
    top,
    edge: spline(
      [
        [-half, top],
        ...points.map(([x, y]): Point => [-x, y]),
        ...points.toReversed().slice(points.at(-1)?.[0] === 0 ? 1 : 0),
        [half, top],
      ] as Point[],
      false,
      4,
    ),
  });
  switch (collar) {
    case "v neckline":
      return {
        half: n + 8,
        top: 128,
        edge: [
          [-n - 8, 128],
          [-n * 0.62, 156],
          [0, 196],
          [n * 0.62, 156],
          [n + 8, 128],
        ],
      };
    case "lapel":
      return {
        half: n + 5,
        top: 126,
        edge: [
          [-n - 5, 126],
          [-n * 0.55, 160],
          [0, 214],
          [n * 0.55, 160],
          [n + 5, 126],
        ],
      };
    case "square neckline":
      return {
        half: n + 21,
        top: 131,
        edge: [
          [-n - 21, 131],
          [-n - 17, 176],
          [n + 17, 176],
          [n + 21, 131],
        ],
      };
    case "boat neck":
      return curved(Math.min(body.shoulder - 15, n + 31), 135, [
        [n + 8, 144],
        [0, 148],
      ]);
    case "high neck":
      return curved(n + 3, 124, [
        [n * 0.7, 128],
        [0, 131],
      ]);
    case "stand-up collar":
      return {
        half: n + 5,
        top: 124,
        edge: [
          [-n - 5, 124],
          [-n * 0.5, 134],
          [0, 146],
          [n * 0.5, 134],
          [n + 5, 124],
        ],
      };
    case "shirt collar":
      return {
        half: n + 4,
        top: 125,
        edge: [
          [-n - 4, 125],
          [-n * 0.5, 138],
          [0, 156],
          [n * 0.5, 138],
          [n + 4, 125],
        ],
      };
    case "hood":
      return curved(n + 6, 127, [
        [n * 0.8, 142],
        [0, 150],
      ]);
    default:
      return curved(n + 15, 129, [
        [n + 13, 148],
        [n * 1.1, 163],
        [n * 0.5, 172],
        [0, 174],
      ]);
  }
}

/** The upper body in cloth, neck to hem; the neck's opening is part of its edge. */
export function torso(body: Body, cut: TorsoCut): Ring {
  const right = sideOf(body, cut);
  const left = right.map(([x, y]): Point => [-x, y]);
  const hem: Point[] = [
    [(right.at(-1)?.[0] ?? 0) * 0.5, cut.hem + 4],
    [0, cut.hem + 6],
    [-(right.at(-1)?.[0] ?? 0) * 0.5, cut.hem + 4],
  ];
  const opening = topEdge(body, cut);
  if (cut.shoulders === "one-shoulder")
    return [
      ...shoulderSide(body, cut),
      ...hem,
      ...bareSide(body, cut)
        .toReversed()
        .map(([x, y]): Point => [-x, y]),
      ...opening,
    ];
  return [...right, ...hem, ...left.toReversed(), ...opening];
}

/** From the neckline's end over the shoulder and down the right side to the hem. */
function sideOf(body: Body, cut: TorsoCut): Point[] {
  if (cut.shoulders === "strapless" || cut.shoulders === "off-shoulder") return bareSide(body, cut);
  return shoulderSide(body, cut);
}

function shoulderSide(body: Body, cut: TorsoCut): Point[] {
  const { half, top } = neckline(body, cut.collar);
  const narrow = cut.shoulders === "narrow";
  const edge = narrow ? Math.max(half + 9, body.shoulder - 15) : body.shoulder - 4;
  return spline(
    [
      [half, top],
      [(half + edge) / 2, 133],
      [edge, 140],
      [narrow ? body.shoulder - 9 : body.shoulder + 1, 164],
      ...flank(body, cut),
    ] as Point[],
    false,
    5,
  );
}

function bareSide(body: Body, cut: TorsoCut): Point[] {
  const off = cut.shoulders === "off-shoulder";
  return spline(
    [
      [off ? body.shoulder + 4 : body.chest - 7, off ? 166 : 180],
      [off ? body.shoulder + 2 : body.chest - 1, 190],
      ...flank(body, cut),
    ] as Point[],
    false,
    5,
  );
}

function flank(body: Body, { hem, ease: g, flare, boxy = 0 }: TorsoCut): Point[] {
  const { chest, waist, hip } = body;
  const w = waist + g * 1.1 + boxy * Math.max(0, chest - waist);
  const points: Point[] = [[chest + g * 0.7, 202]];
  if (hem > 285) points.push([w, 276]);
  if (hem > 345) points.push([hip + g * 0.9, 352]);
  if (hem > 480) points.push([hip + g + flare * 0.5, (352 + hem) / 2]);
  const last = hem > 345 ? hip + g + flare : hem > 285 ? w + flare + 4 : (chest + w) / 2 + g * 0.4;
  return [...points, [last, hem - 2]];
}

function topEdge(body: Body, { collar, shoulders }: TorsoCut): Point[] {
  const { chest, shoulder } = body;
  if (shoulders === "strapless")
    return spline(
      [
        [-chest + 7, 180],
        [-chest * 0.45, 172],
        [0, 184],
        [chest * 0.45, 172],
        [chest - 7, 180],
      ] as Point[],
      false,
      4,
    );
  if (shoulders === "off-shoulder")
    return spline(
      [
        [-shoulder - 4, 166],
        [-shoulder * 0.5, 174],
        [0, 178],
        [shoulder * 0.5, 174],
        [shoulder + 4, 166],
      ] as Point[],
      false,
      4,
    );
  const { edge, half, top } = neckline(body, collar);
  if (shoulders === "one-shoulder")
    return spline(
      [
        [-chest + 7, 184],
        [-chest * 0.3, 172],
        [half * 0.3, 150],
        [half, top],
      ] as Point[],
      false,
      4,
    );
  return [...edge];
}
