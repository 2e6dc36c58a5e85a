import { darker } from "../palette.ts";
import { type Figure, plain, shifted } from "./figure.ts";
import { blob, ellipse, mirror, type Point, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

export function drawHeadband(figure: Figure): void {
  if (!figure.is("headband.wears", "yes")) return;
  const cloth = figure.fabric("headband", [0, 40]);
  const w = figure.body.head + 5;
  const curve = spline(
    [
      [-w, 34],
      [-w * 0.7, 12],
      [0, 2],
      [w * 0.7, 12],
      [w, 34],
    ] as Point[],
    false,
    4,
  );
  figure.add("hat", "headband", [tube(curve.map(([x, y]): [number, number, number] => [x, y, 7.5]))], cloth, {
    round: 8,
  });
}

/** A headscarf frames the face and falls on the shoulders: its back behind the head, its front over hair and neck. */
export function drawHeadscarfBack(figure: Figure): void {
  if (!figure.is("headscarf.wears", "yes")) return;
  const cloth = figure.fabric("headscarf", [-20, 190]);
  const w = figure.body.head + 12;
  figure.add(
    "scarf",
    "headscarf",
    [
      blob(
        mirror([
          [0, -16],
          [26, -10],
          [w, 30],
          [w + 5, 90],
          [w + 16, 150],
          [0, 160],
        ] as Point[]),
      ),
    ],
    shifted(cloth, darker(cloth.base, 0.3)),
    { round: 30 },
  );
}

export function drawHeadscarf(figure: Figure): void {
  if (!figure.is("headscarf.wears", "yes")) return;
  const cloth = figure.fabric("headscarf", [-20, 190]);
  const w = figure.body.head + 11;
  const face = ellipse(figure.body.turn * 0.4, 57, figure.body.head - 4, 46, 24);
  const outer = blob(
    mirror([
      [0, -16],
      [26, -10],
      [w, 28],
      [w + 2, 84],
      [w + 14, 136],
      [w + 26, 168],
      [24, 190],
      [0, 196],
    ] as Point[]),
  );
  const folds: Decor[] = [
    [-1, 0.8],
    [1, 0.8],
    [-1, 0.45],
    [1, 0.45],
  ].map(([s, t]) => ({
    line: [
      [(s as number) * w * (t as number), 90],
      [(s as number) * 30 * (t as number), 140],
      [-(s as number) * 24 * (t as number), 190],
    ],
    color: darker(cloth.base, 0.4),
    width: 2.6,
    opacity: 0.6,
  }));
  figure.add("scarf", "headscarf", [outer, face], cloth, { round: 24, evenOdd: true, decor: folds });
}

export function drawVeilBack(figure: Figure): void {
  if (!figure.is("veil.wears", "yes")) return;
  const cloth = figure.fabric("veil", [-20, 320]);
  const w = figure.body.head + 20;
  figure.add(
    "hat",
    "veil",
    [
      blob(
        mirror([
          [0, -16],
          [30, -12],
          [w, 40],
          [w + 22, 160],
          [w + 38, 300],
          [w + 20, 316],
          [0, 300],
        ] as Point[]),
      ),
    ],
    cloth,
    { round: 40, opacity: 0.85 },
  );
}

/** The sheer front edges of a veil over hair and shoulders. */
export function drawVeil(figure: Figure): void {
  if (!figure.is("veil.wears", "yes")) return;
  const cloth = figure.fabric("veil", [-20, 320]);
  const w = figure.body.head + 7;
  for (const s of [1, -1])
    figure.add(
      "hat",
      "veil",
      [
        blob([
          [s * 2, -15],
          [s * 28, -11],
          [s * (w + 7), 30],
          [s * (w + 22), 130],
          [s * (w + 38), 270],
          [s * (w + 6), 262],
          [s * (w - 8), 130],
          [s * (w - 9), 44],
          [s * 22, 8],
        ]),
      ],
      cloth,
      { round: 14, opacity: 0.66 },
    );
  figure.add(
    "hat",
    "veil",
    [
      tube([
        [-w + 4, 14, 4],
        [-18, -5, 5.5],
        [18, -5, 5.5],
        [w - 4, 14, 4],
      ]),
    ],
    plain("#f3ead2", "metal"),
    { round: 5, decor: [-24, -8, 8, 24].map((x): Decor => ({ area: ellipse(x, -3, 3.4, 3.4, 8), color: "#fff6dc" })) },
  );
}
