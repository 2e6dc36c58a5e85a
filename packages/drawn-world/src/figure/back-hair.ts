import { darker, lighter, mix } from "../palette.ts";
import { type Figure, plain } from "./figure.ts";
import { blob, ellipse, mirror, type Node, type Point, type Ring, spline, tube } from "./geometry.ts";
import { type Cut, curl, cutOf, strands } from "./haircut.ts";
import type { Decor } from "./layer.ts";

/** What falls behind the neck and shoulders; drawn before the body. */
export function drawBackHair(figure: Figure): void {
  const cut = cutOf(figure);
  if (cut === null) return;
  const { style, reach, volume, head, color } = cut;
  const dark = plain(mix(color, "#2a1206", 0.25), "hair");
  if (style === "ponytail") drawTail(figure, cut);
  if (style === "bun" || style === "updo") drawKnot(figure, cut);
  if (style === "afro-hair")
    figure.add(
      "hair",
      "hair",
      [spline(curl(figure, ellipse(0, 40, head + volume, Math.min(70, 30 + reach * 0.42), 40), 8, 3), true, 2)],
      plain(color, "hair"),
      { round: 26 },
    );
  if (cut.up || style === "afro-hair" || reach <= 50) return;
  const h = head + volume;
  const wave = style === "wavy" ? 7 : 0;
  const half: Point[] = [
    [0, -6 - volume * 0.6],
    [30, 2 - volume * 0.5],
    [h, 45],
    ...(reach > 100
      ? ([
          [h + 4 + wave, reach * 0.55 + 20],
          [h + 2 - wave, reach * 0.75 + 15],
        ] as Point[])
      : []),
    [h + 3 + wave * 0.6, reach - 8],
    [h * 0.6, reach + 1],
    [0, reach],
  ];
  let ring: Ring = blob(mirror(half));
  if (style === "curly") ring = spline(curl(figure, ring, 9, 3.6), true, 2);
  if (style === "dreadlocks") {
    drawLocks(figure, cut);
    return;
  }
  figure.add("hair", "hair", [ring], dark, {
    round: 26,
    decor: strands(figure, color, 34, (t) => {
      const x = (t * 2 - 1) * (h + 5);
      return [
        [x * 0.7, 10],
        [x * 1.05 + wave, reach * 0.5],
        [x + figure.random.between(-6, 6), reach + 8],
      ];
    }),
  });
}

function drawTail(figure: Figure, { reach, color }: Cut): void {
  const s = figure.random.chance(0.5) ? 1 : -1;
  const nodes: Node[] = [
    [s * 18, 14, 12],
    [s * 50, 34, 17],
    [s * 60, 60 + reach * 0.25, 18],
    [s * 58, reach * 0.8, 14],
    [s * 52, reach, 5],
  ];
  figure.add("hair", "hair", [tube(nodes)], plain(mix(color, "#2a1206", 0.12), "hair"), {
    round: 14,
    decor: strands(figure, color, 12, (t) => nodes.map(([x, y, w]): Point => [x + (t * 2 - 1) * w, y])),
  });
}

function drawKnot(figure: Figure, { style, color }: Cut): void {
  const curve = (t: number): Point[] => [
    [-26 + t * 8, -30 + t * 34],
    [0, -40 + t * 56],
    [26 - t * 6, -26 + t * 30],
  ];
  if (style === "bun")
    figure.add("hair", "hair", [ellipse(0, -14, 25, 22)], plain(color, "hair"), {
      round: 20,
      decor: strands(figure, color, 20, curve),
    });
  else
    figure.add(
      "hair",
      "hair",
      [spline(curl(figure, ellipse(0, -4, 40, 25, 26), 12, 3), true, 2)],
      plain(color, "hair"),
      {
        round: 18,
        decor: [
          ...strands(figure, color, 20, (t) => [
            [-38 + t * 30, -18 + t * 20],
            [0, -34 + t * 30],
            [38 - t * 26, -14 + t * 22],
          ]),
          {
            line: [
              [-22, -20],
              [6, -8],
              [26, -22],
            ],
            color: darker(color, 0.5),
            width: 2.6,
          },
        ],
      },
    );
}

function drawLocks(figure: Figure, { reach, head, color, volume }: Cut): void {
  const rings: Ring[] = [];
  const decor: Decor[] = [];
  for (let i = 0; i < 15; i++) {
    const t = (i / 14) * 2 - 1;
    const x = t * (head + volume);
    const end = reach - Math.abs(Math.sin(i * 2.4)) * 14;
    const nodes: Node[] = [
      [x * 0.8, 12, 5],
      [x * 1.06, 60, 5.6],
      [x * 1.12 + figure.random.between(-3, 3), Math.max(66, (60 + end) / 2), 5.6],
      [x * 1.16 + figure.random.between(-5, 5), end, 4],
    ];
    rings.push(tube(nodes));
    for (let y = 24; y < end; y += 9)
      decor.push({
        line: [
          [x * 1.05 - 6, y],
          [x * 1.05 + 6, y + 4],
        ],
        color: darker(color, 0.5),
        width: 1.8,
        opacity: 0.8,
      });
  }
  figure.add("hair", "hair", rings, plain(lighter(color, 0.06), "hair"), { round: 6, decor });
}
