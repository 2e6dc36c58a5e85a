import { darker, lighter, luma } from "../palette.ts";
import { type Fabric, type Figure, plain, shifted } from "./figure.ts";
import { blob, ellipse, mirror, type Point, type Ring, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** Hats by type, over the front hair. */
export function drawHat(figure: Figure): void {
  const type = figure.value("hat.type");
  if (type === "none" || type === "") return;
  const cloth = figure.fabric("hat", [-30, 40]);
  const w = figure.body.head + 7;
  const dome = (points: Point[]): Ring => blob(mirror(points));
  const add = (ring: Ring, fabric: Fabric, round: number, decor: Decor[] = []): void =>
    figure.add("hat", "hat", [ring], fabric, { round, decor });
  const band: Decor = {
    area: [
      [-70, 6],
      [70, 6],
      [70, 18],
      [-70, 18],
    ],
    color: luma(cloth.base) < 70 ? lighter(cloth.base, 0.45) : darker(cloth.base, 0.6),
  };
  const brim = (width: number, y: number, drop: number): Ring =>
    dome([
      [0, y - 5],
      [w, y - 4],
      [w + width, y + drop],
      [w + width - 5, y + drop + 7],
      [w - 8, y + 9],
      [0, y + 8],
    ]);
  const edge = shifted(cloth, darker(cloth.base, 0.12));
  switch (type) {
    case "baseball cap":
      add(
        dome([
          [0, -18],
          [24, -13],
          [w - 2, 8],
          [w, 27],
          [0, 27],
        ]),
        cloth,
        24,
        [
          {
            line: [
              [0, -18],
              [0, 30],
            ],
            color: darker(cloth.base, 0.4),
            width: 1.6,
          },
          {
            line: [
              [-26, -10],
              [-20, 26],
            ],
            color: darker(cloth.base, 0.3),
            width: 1.2,
          },
          {
            line: [
              [26, -10],
              [20, 26],
            ],
            color: darker(cloth.base, 0.3),
            width: 1.2,
          },
          { area: ellipse(0, 8, 9, 8, 12), color: luma(cloth.base) > 120 ? "#2b3a66" : "#eee7d6" },
        ],
      );
      add(
        blob([
          [-w + 4, 23],
          [0, 17],
          [w - 4, 23],
          [w + 3, 35],
          [20, 41],
          [0, 42],
          [-20, 41],
          [-w - 3, 35],
        ]),
        edge,
        9,
      );
      break;
    case "knitted hat":
      figure.add("hat", "hat", [ellipse(0, -28, 12, 11)], shifted(cloth, lighter(cloth.base, 0.3)), { round: 10 });
      add(
        dome([
          [0, -24],
          [24, -17],
          [w, 10],
          [w + 1, 33],
          [0, 33],
        ]),
        cloth,
        24,
        [
          {
            area: [
              [-70, 13],
              [70, 13],
              [70, 40],
              [-70, 40],
            ],
            color: darker(cloth.base, 0.28),
            opacity: 0.75,
          },
        ],
      );
      break;
    case "wide-brim hat":
      add(
        dome([
          [0, -28],
          [24, -26],
          [33, -8],
          [w - 3, 20],
          [0, 21],
        ]),
        cloth,
        22,
        [band],
      );
      add(brim(46, 20, 3), edge, 8);
      break;
    case "fedora":
      add(
        dome([
          [0, -20],
          [12, -30],
          [27, -27],
          [34, -6],
          [w - 4, 18],
          [0, 19],
        ]),
        cloth,
        22,
        [
          band,
          {
            line: [
              [0, -22],
              [-2, -4],
            ],
            color: darker(cloth.base, 0.45),
            width: 4,
            opacity: 0.7,
          },
        ],
      );
      add(brim(21, 18, -1), edge, 7);
      break;
    case "bucket hat":
      add(
        dome([
          [0, -21],
          [28, -19],
          [w - 4, 10],
          [w - 2, 16],
          [0, 16],
        ]),
        cloth,
        22,
        [
          {
            line: [
              [-60, 12],
              [60, 12],
            ],
            color: darker(cloth.base, 0.4),
            width: 2,
          },
        ],
      );
      add(
        dome([
          [0, 12],
          [w - 2, 12],
          [w + 13, 34],
          [w + 4, 40],
          [0, 37],
        ]),
        edge,
        12,
        [
          {
            line: [
              [-70, 24],
              [70, 24],
            ],
            color: darker(cloth.base, 0.4),
            width: 1.4,
          },
        ],
      );
      break;
    case "beret":
      add(
        blob([
          [-w - 8, 6],
          [-w + 2, -16],
          [-8, -27],
          [24, -25],
          [w + 12, -10],
          [w + 15, 8],
          [w - 4, 21],
          [0, 24],
          [-w + 2, 21],
        ]),
        cloth,
        22,
        [
          {
            line: [
              [2, -28],
              [3, -20],
            ],
            color: darker(cloth.base, 0.5),
            width: 4,
          },
        ],
      );
      break;
    case "helmet":
      add(
        dome([
          [0, -22],
          [30, -17],
          [w + 4, 6],
          [w + 6, 26],
          [0, 28],
        ]),
        cloth,
        26,
        [
          {
            line: [
              [0, -24],
              [0, 30],
            ],
            color: lighter(cloth.base, 0.4),
            width: 7,
            opacity: 0.7,
          },
          {
            line: [
              [-24, -20],
              [-19, 26],
            ],
            color: darker(cloth.base, 0.4),
            width: 3,
          },
          {
            line: [
              [24, -20],
              [19, 26],
            ],
            color: darker(cloth.base, 0.4),
            width: 3,
          },
        ],
      );
      add(brim(6, 25, 4), edge, 7);
      for (const s of [1, -1])
        add(
          tube([
            [s * (w - 3), 26, 2.2],
            [s * (w - 6), 66, 2.2],
            [s * 14, 104, 2.2],
          ]),
          plain("#2a2a2c"),
          3,
        );
      break;
    case "turban": {
      const wraps: Decor[] = [-24, -10, 4, 18].flatMap((y): Decor[] => [
        {
          line: [
            [-70, y + 16],
            [0, y - 4],
            [70, y + 20],
          ],
          color: darker(cloth.base, 0.42),
          width: 3,
        },
      ]);
      add(
        blob([
          [-w - 4, 26],
          [-w - 7, 0],
          [-30, -25],
          [4, -33],
          [34, -24],
          [w + 7, 0],
          [w + 4, 26],
          [24, 18],
          [0, 10],
          [-24, 18],
        ]),
        cloth,
        26,
        wraps,
      );
      break;
    }
    default:
      add(
        dome([
          [0, -27],
          [24, -24],
          [w - 8, -6],
          [w - 4, 18],
          [0, 19],
        ]),
        cloth,
        24,
        [band],
      );
      add(brim(11, 18, 4), edge, 7);
  }
}
