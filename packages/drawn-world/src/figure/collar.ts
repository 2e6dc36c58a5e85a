import { darker, lighter } from "../palette.ts";
import type { Part } from "../vocabulary.ts";
import { type Fabric, type Figure, shifted } from "./figure.ts";
import { type Node, type Point, tube } from "./geometry.ts";
import { neckline } from "./torso.ts";

/** What stands or lies round the neck: flaps, bands, hoods, lapels. Drawn after the torso it belongs to. */
export function drawCollar(figure: Figure, collar: string, cloth: Fabric, part: Part, group: string): void {
  const { body } = figure;
  const n = body.neck;
  const edge = shifted(cloth, darker(cloth.base, 0.16));
  const band = (width: number): Node[] => neckline(body, collar).edge.map(([x, y]): Node => [x, y, width]);
  const add = (rings: readonly (readonly Point[])[], fabric: Fabric): void =>
    figure.add(part, group, rings, fabric, { round: 8, flat: true });
  switch (collar) {
    case "shirt collar":
      for (const s of [1, -1])
        add(
          [
            [
              [s, 158],
              [s * (n - 1), 112],
              [s * (n + 8), 119],
              [s * (n + 17), 137],
              [s * 21, 167],
            ],
          ],
          shifted(cloth, lighter(cloth.base, 0.12)),
        );
      break;
    case "stand-up collar":
      for (const s of [1, -1])
        add(
          [
            [
              [s * 2, 147],
              [s * n * 0.9, 106],
              [s * (n + 7), 108],
              [s * (n + 8), 130],
              [s * n * 0.6, 138],
            ],
          ],
          edge,
        );
      break;
    case "high neck":
      figure.add(
        part,
        group,
        [
          [
            [-n - 3, 102],
            [0, 108],
            [n + 3, 102],
            [n + 5, 128],
            [0, 136],
            [-n - 5, 128],
          ],
        ],
        edge,
        {
          round: 16,
          decor: [
            {
              line: [
                [-n - 4, 116],
                [0, 122],
                [n + 4, 116],
              ],
              color: darker(cloth.base, 0.4),
              width: 2,
              opacity: 0.6,
            },
          ],
        },
      );
      break;
    case "hood":
      figure.add(
        part,
        group,
        [
          tube([
            [-n - 13, 116, 10],
            [-n * 0.95, 141, 12],
            [0, 155, 10],
            [n * 0.95, 141, 12],
            [n + 13, 116, 10],
          ]),
        ],
        edge,
        { round: 10 },
      );
      break;
    case "lapel":
      for (const s of [1, -1])
        figure.add(
          part,
          group,
          [
            [
              [s * (n + 1), 122],
              [s * (n + 22), 138],
              [s * 44, 168],
              [s * 34, 176],
              [s * 40, 186],
              [s * 4, 222],
              [s * 2, 210],
            ],
          ],
          edge,
          {
            flat: true,
            decor: [
              {
                line: [
                  [s * 34, 176],
                  [s * 18, 158],
                ],
                color: darker(cloth.base, 0.5),
                width: 2,
                opacity: 0.7,
              },
            ],
          },
        );
      break;
    case "scoop neckline":
    case "boat neck":
    case "square neckline":
    case "v neckline":
      add([tube(band(collar === "v neckline" ? 3 : 3.6), { startCap: 0, endCap: 0 })], edge);
      break;
    default:
  }
}

/** The hood's bag behind the neck and head; drawn before the head. */
export function drawHoodBack(figure: Figure, cloth: Fabric, part: Part, group: string): void {
  const n = figure.body.neck;
  figure.add(
    part,
    group,
    [
      [
        [-n - 22, 128],
        [-n - 18, 96],
        [-10, 84],
        [10, 84],
        [n + 18, 96],
        [n + 22, 128],
        [0, 150],
      ],
    ],
    shifted(cloth, darker(cloth.base, 0.35)),
    { round: 18 },
  );
}

/** Two thin straps over bare shoulders. */
export function drawStraps(figure: Figure, cloth: Fabric, part: Part, group: string, width = 4.6, top = 184): void {
  const { chest } = figure.body;
  for (const s of [1, -1])
    figure.add(
      part,
      group,
      [
        tube([
          [s * chest * 0.56, top, width],
          [s * chest * 0.62, 160, width],
          [s * (chest * 0.66), 136, width],
        ]),
      ],
      cloth,
      { flat: true },
    );
}
