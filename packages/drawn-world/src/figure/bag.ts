import { darker, lighter, luma } from "../palette.ts";
import { type Figure, plain, shifted } from "./figure.ts";
import { blob, ellipse, type Point, type Ring, rect, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** Behind the body: the backpack's sack, the suitcase beside the leg. */
export function drawBagBack(figure: Figure): void {
  const cloth = figure.fabric("bag", [150, 400]);
  const { body } = figure;
  if (figure.is("bag.type", "backpack")) {
    const w = body.shoulder + 16;
    figure.add(
      "bag",
      "bag",
      [
        blob([
          [-w + 12, 136],
          [0, 130],
          [w - 12, 136],
          [w, 180],
          [w + 4, 320],
          [0, 340],
          [-w - 4, 320],
          [-w, 180],
        ]),
      ],
      cloth,
      { round: 36 },
    );
  }
  if (figure.is("bag.type", "suitcase")) {
    const s = figure.random.chance(0.5) ? 1 : -1;
    const x = s * Math.max(112, Math.abs(body.arms[s > 0 ? "left" : "right"].wrist[0]) + 4);
    figure.add(
      "bag",
      "bag",
      [rect(x - 22, 400, 5, 130), rect(x + 17, 400, 5, 130), rect(x - 24, 394, 48, 9)],
      plain("#77797e", "metal"),
      { round: 4 },
    );
    const ribs: Decor[] = [-26, -13, 0, 13, 26].map(
      (dx): Decor => ({
        line: [
          [x + dx, 534],
          [x + dx, 742],
        ],
        color: darker(cloth.base, 0.35),
        width: 3,
        opacity: 0.7,
      }),
    );
    figure.add(
      "bag",
      "bag",
      [
        blob([
          [x - 44, 534],
          [x - 36, 524],
          [x + 36, 524],
          [x + 44, 534],
          [x + 45, 740],
          [x + 36, 748],
          [x - 36, 748],
          [x - 45, 740],
        ]),
      ],
      cloth,
      { round: 40, decor: ribs },
    );
    figure.add("bag", "bag", [ellipse(x - 32, 752, 7, 7), ellipse(x + 32, 752, 7, 7)], plain("#26262a"), { round: 6 });
  }
}

/** Straps that run under the arms. */
export function drawBagStraps(figure: Figure): void {
  const cloth = figure.fabric("bag", [150, 400]);
  const { hip, neck, shoulder, chest } = figure.body;
  const s = sideOf(figure);
  if (figure.is("bag.type", "crossbody bag"))
    figure.add(
      "bag",
      "bag",
      [
        [
          [-s * 52, 131],
          [-s * 42, 129],
          [s * (hip + 8), 345],
          [s * (hip - 4), 350],
        ],
      ],
      cloth,
      { flat: true },
    );
  if (figure.is("bag.type", "backpack"))
    for (const k of [1, -1])
      figure.add(
        "bag",
        "bag",
        [
          tube([
            [k * (neck + 20), 132, 8],
            [k * (shoulder - 22), 180, 8.5],
            [k * (chest - 10), 245, 7],
            [k * (chest + 2), 285, 6],
          ]),
        ],
        cloth,
        { round: 7 },
      );
  if (figure.is("bag.type", "belt bag")) {
    figure.add(
      "bag",
      "bag",
      [
        [
          [-hip - 4, 300],
          [hip + 4, 300],
          [hip + 4, 310],
          [-hip - 4, 310],
        ],
      ],
      shifted(cloth, darker(cloth.base, 0.35)),
      { flat: true },
    );
    sack(figure, s * 12, 318, 36, 22);
  }
}

/** In the hand, on the shoulder, at the hip: over the arms. */
export function drawBag(figure: Figure): void {
  const { body } = figure;
  const s = sideOf(figure);
  const { hand } = body.arms[s > 0 ? "left" : "right"];
  const cloth = figure.fabric("bag", [150, 420]);
  switch (figure.value("bag.type")) {
    case "crossbody bag":
      sack(figure, s * (body.hip + 12), 372, 36, 28);
      return;
    case "handbag":
      figure.add("bag", "bag", [arc(hand[0], hand[1] + 20, 24, 46)], cloth, { flat: true });
      sack(figure, hand[0], hand[1] + 50, 42, 33);
      return;
    case "tote":
      figure.add(
        "bag",
        "bag",
        [arc(hand[0] - 12, hand[1] + 22, 13, 50), arc(hand[0] + 12, hand[1] + 22, 13, 50)],
        cloth,
        { flat: true },
      );
      figure.add(
        "bag",
        "bag",
        [
          [
            [hand[0] - 50, hand[1] + 20],
            [hand[0] + 50, hand[1] + 20],
            [hand[0] + 44, hand[1] + 136],
            [hand[0] - 44, hand[1] + 136],
          ],
        ],
        cloth,
        {
          round: 36,
          decor: [
            {
              line: [
                [hand[0] - 60, hand[1] + 28],
                [hand[0] + 60, hand[1] + 28],
              ],
              color: darker(cloth.base, 0.4),
              width: 3,
            },
          ],
        },
      );
      return;
    case "shoulder bag": {
      const x = s * (body.shoulder + 13);
      figure.add(
        "bag",
        "bag",
        [
          [
            [s * (body.shoulder - 20), 134],
            [s * (body.shoulder - 12), 133],
            [x + 24, 262],
            [x + 16, 264],
          ],
          [
            [s * (body.shoulder - 20), 134],
            [s * (body.shoulder - 12), 133],
            [x - 14, 264],
            [x - 22, 262],
          ],
        ],
        cloth,
        { flat: true },
      );
      sack(figure, x, 292, 42, 35);
      return;
    }
    case "clutch":
      figure.add(
        "bag",
        "bag",
        [
          blob(
            [
              [hand[0] - 44, hand[1] - 6],
              [hand[0] + 44, hand[1] - 8],
              [hand[0] + 46, hand[1] + 28],
              [hand[0] - 44, hand[1] + 30],
            ],
            3,
          ),
        ],
        cloth,
        {
          round: 16,
          decor: [
            {
              line: [
                [hand[0] - 44, hand[1] - 4],
                [hand[0], hand[1] + 15],
                [hand[0] + 44, hand[1] - 6],
              ],
              color: darker(cloth.base, 0.45),
              width: 2.6,
            },
          ],
        },
      );
      return;
    default:
  }
}

const sideOf = (figure: Figure): 1 | -1 => (figure.body.skin.charCodeAt(2) % 2 ? 1 : -1);

function arc(x: number, y: number, w: number, h: number): Ring {
  const outer = Array.from(
    { length: 11 },
    (_, i): Point => [x - w * Math.cos((Math.PI * i) / 10), y - h * Math.sin((Math.PI * i) / 10)],
  );
  const inner = Array.from(
    { length: 11 },
    (_, i): Point => [x + (w - 5) * Math.cos((Math.PI * i) / 10), y - (h - 6) * Math.sin((Math.PI * i) / 10)],
  );
  return [...outer, ...inner];
}

function sack(figure: Figure, x: number, y: number, w: number, h: number): void {
  const cloth = figure.fabric("bag", [150, 420]);
  const ring = blob([
    [x - w + 4, y - h],
    [x, y - h - 1],
    [x + w - 4, y - h],
    [x + w, y],
    [x + w + 1, y + h],
    [x, y + h + 2],
    [x - w - 1, y + h],
    [x - w, y],
  ]);
  const flap = luma(cloth.base) < 60 ? lighter(cloth.base, 0.25) : darker(cloth.base, 0.45);
  figure.add("bag", "bag", [ring], cloth, {
    round: 22,
    decor: [
      {
        line: [
          [x - w, y - 4],
          [x, y + 12],
          [x + w, y - 4],
        ],
        color: flap,
        width: 2.6,
      },
      { area: rect(x - 6, y + 1, 12, 9), color: "#d7bd72" },
    ],
  });
}
