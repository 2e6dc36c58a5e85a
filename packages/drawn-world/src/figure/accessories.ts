import { darker, lighter, luma } from "../palette.ts";
import { type Figure, plain } from "./figure.ts";
import { blob, ellipse, type Point, rect, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** Over the waist of a tucked top, a dress or a jumpsuit. */
export function drawBelt(figure: Figure): void {
  if (!figure.is("belt.wears", "yes")) return;
  const w = figure.body.waist + 7;
  const cloth = figure.fabric("belt", [280, 304]);
  figure.add(
    "belt",
    "belt",
    [
      [
        [-w, 282],
        [w, 282],
        [w + 1.5, 300],
        [-w - 1.5, 300],
      ],
    ],
    cloth,
    { round: 30 },
  );
  const hole: readonly Point[] = rect(-7, 286, 14, 10);
  figure.add("belt", "belt", [rect(-12, 280, 24, 22), hole], plain("#d8c078", "metal"), { flat: true, evenOdd: true });
}

/** A neck scarf with one end hanging. */
export function drawScarf(figure: Figure): void {
  if (!figure.is("scarf.wears", "yes")) return;
  const cloth = figure.fabric("scarf", [110, 280]);
  const n = figure.body.neck;
  const fringe: Decor[] = [-10, -3, 4, 11].map(
    (x): Decor => ({
      line: [
        [16 + x, 262],
        [16 + x, 284],
      ],
      color: darker(cloth.base, 0.3),
      width: 2,
    }),
  );
  figure.add(
    "scarf",
    "scarf",
    [
      tube(
        [
          [12, 140, 14],
          [20, 195, 16],
          [17, 276, 17],
        ],
        { endCap: 0.1 },
      ),
    ],
    cloth,
    { round: 14, decor: fringe },
  );
  figure.add(
    "scarf",
    "scarf",
    [
      tube([
        [-n - 15, 112, 12],
        [-n * 0.6, 138, 17],
        [n * 0.6, 140, 17],
        [n + 15, 112, 12],
      ]),
    ],
    cloth,
    {
      round: 15,
      angle: 90,
      decor: [
        {
          line: [
            [-n - 10, 124],
            [0, 143],
            [n + 10, 120],
          ],
          color: darker(cloth.base, 0.4),
          width: 2.4,
          opacity: 0.6,
        },
      ],
    },
  );
}

export function drawTie(figure: Figure): void {
  if (!figure.is("tie.wears", "yes")) return;
  const cloth = figure.fabric("tie", [140, 290]);
  const y = 150;
  const knot = luma(cloth.base) < 60 ? lighter(cloth.base, 0.12) : darker(cloth.base, 0.14);
  if (figure.extra("tie.kind") === "bow tie") {
    figure.add(
      "upper-clothes",
      "tie",
      [
        blob(
          [
            [-34, y - 14],
            [-6, y - 4],
            [6, y - 4],
            [34, y - 14],
            [36, y + 15],
            [6, y + 5],
            [-6, y + 5],
            [-36, y + 15],
          ],
          3,
        ),
      ],
      cloth,
      { round: 12 },
    );
    figure.add("upper-clothes", "tie", [ellipse(0, y, 8, 8.5, 12)], plain(knot, cloth.material), { round: 7 });
    return;
  }
  figure.add(
    "upper-clothes",
    "tie",
    [
      [
        [-7, y + 8],
        [7, y + 8],
        [18, 268],
        [0, 290],
        [-18, 268],
      ],
    ],
    cloth,
    { round: 14, angle: 30 },
  );
  figure.add(
    "upper-clothes",
    "tie",
    [
      [
        [-12, y - 7],
        [12, y - 7],
        [8, y + 13],
        [-8, y + 13],
      ],
    ],
    { ...cloth, base: knot },
    { round: 9, angle: 30 },
  );
}
