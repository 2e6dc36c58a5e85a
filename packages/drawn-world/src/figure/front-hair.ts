import { darker, lighter } from "../palette.ts";
import { type Figure, plain } from "./figure.ts";
import { ellipse, type Node, type Point, type Ring, spline, tube } from "./geometry.ts";
import { type Cut, curl, cutOf, strandColor, strands } from "./haircut.ts";
import type { Decor } from "./layer.ts";

/** What frames the face; drawn after it. */
export function drawFrontHair(figure: Figure): void {
  const cut = cutOf(figure);
  if (cut === null) return;
  const { style, reach, up } = cut;
  if (style === "braids") drawBraids(figure, cut);
  else if (style === "dreadlocks") drawSideLocks(figure, cut);
  else if (!up && reach > 60 && style !== "afro-hair") drawSides(figure, cut);
  drawCrown(figure, cut);
}

/** Two falls of hair beside the face, over the shoulders. */
function drawSides(figure: Figure, { style, reach, volume, head, color }: Cut): void {
  const wave = style === "wavy" ? 8 : 0;
  for (const s of [1, -1]) {
    const nodes: Node[] = [
      [s * (head + 1), 26, 3],
      [s * (head + 2), 46, 7],
      [s * (head + 4 + volume * 0.4), 66, 9 + volume * 0.5],
    ];
    if (reach > 110)
      nodes.push(
        [s * (head + 5 + volume * 0.6 + wave), (70 + reach) / 2, 10 + volume * 0.5],
        [s * (head + 4 - wave), reach - 14, 9 + volume * 0.4],
      );
    nodes.push([s * (head + (reach > 110 ? 0 : 1)), reach, reach > 110 ? 4 : 6]);
    let ring: Ring = tube(nodes);
    if (style === "curly") ring = spline(curl(figure, ring, 9, 3.4), true, 2);
    const decor = strands(figure, color, 15, (t) =>
      spline(
        nodes.map(([x, y, w]): Point => [x + (t * 2 - 1) * w, y]),
        false,
        2,
      ),
    );
    if (style === "curly")
      for (let y = 30; y < reach; y += 12)
        decor.push({
          line: ellipse(s * (head + 4) + figure.random.between(-8, 8), y, 6, 5, 9),
          color: strandColor(figure, color),
          width: 1.6,
          opacity: 0.7,
        });
    figure.add("hair", "hair", [ring], plain(color, "hair"), { round: 11, decor });
  }
}

function drawBraids(figure: Figure, { reach, head, color }: Cut): void {
  for (const s of [1, -1]) {
    const nodes: Node[] = [
      [s * (head - 2), 60, 9],
      [s * (head + 6), 96, 11],
      [s * (head + 9), (96 + reach) / 2, 11],
      [s * (head + 6), reach - 12, 8],
      [s * (head + 5), reach, 3],
    ];
    const decor: Decor[] = [];
    for (let y = 62; y < reach - 8; y += 13)
      decor.push(
        {
          line: [
            [s * (head + 6) - 15, y],
            [s * (head + 6), y + 9],
            [s * (head + 6) + 15, y],
          ],
          color: darker(color, 0.55),
          width: 2.6,
        },
        {
          line: [
            [s * (head + 6) - 12, y + 6],
            [s * (head + 6), y + 14],
            [s * (head + 6) + 12, y + 6],
          ],
          color: lighter(color, 0.25),
          width: 1.4,
          opacity: 0.7,
        },
      );
    decor.push({
      line: [
        [s * (head + 6) - 16, reach - 11],
        [s * (head + 6) + 16, reach - 11],
      ],
      color: "#b5485c",
      width: 5,
    });
    figure.add("hair", "hair", [tube(nodes)], plain(color, "hair"), { round: 11, decor });
  }
}

function drawSideLocks(figure: Figure, { reach, head, color, volume }: Cut): void {
  for (const s of [1, -1])
    for (const k of [0, 1, 2]) {
      const x = s * (head - 2 + k * (4 + volume * 0.5));
      const end = Math.max(60, reach - 4 - k * 7);
      const nodes: Node[] = [
        [s * (14 + k * 9), 6, 5],
        [x, 34, 5.4],
        [x + s * 4, (34 + end) / 2, 5.4],
        [x + s * 5, end, 4],
      ];
      const decor: Decor[] = [];
      for (let y = 20; y < end; y += 9)
        decor.push({
          line: [
            [x - 8, y],
            [x + 10, y + 4],
          ],
          color: darker(color, 0.5),
          width: 1.7,
          opacity: 0.8,
        });
      figure.add("hair", "hair", [tube(nodes)], plain(lighter(color, 0.08), "hair"), { round: 6, decor });
    }
}

/** The cap of hair on the skull down to the hairline. */
function drawCrown(figure: Figure, { style, reach, volume, head, color, fringe, up }: Cut): void {
  const crew = style === "crew cut";
  const part = figure.random.between(-14, 14);
  const top = -6 - volume * 0.6;
  const hairline = fringe ? 38 : crew ? 19 : figure.random.between(15, 20);
  const side = crew ? 42 : up ? 50 : reach < 60 ? 44 : 64;
  const out = head + (crew ? 1 : 3) + volume * (reach < 60 ? 0.55 : 1) * (style === "afro-hair" ? 0.6 : 1);
  const outer: Point[] = [
    [-head + 1, side],
    [-out, 44],
    [-out + 1, 22],
    [-out * 0.72, 4 + top * 0.4],
    [-14, top],
    [14, top],
    [out * 0.72, 4 + top * 0.4],
    [out - 1, 22],
    [out, 44],
    [head - 1, side],
  ];
  const inner: Point[] = fringe
    ? [
        [head - 3, 44],
        [28, 36],
        [14, hairline],
        [0, hairline - 1],
        [-14, hairline],
        [-28, 36],
        [-head + 3, 44],
      ]
    : [
        [head - 4, 42],
        [head - 9, 30],
        [(part + head) / 2, hairline + 4],
        [part, hairline - 3],
        [(part - head) / 2, hairline + 4],
        [-head + 9, 30],
        [-head + 4, 42],
      ];
  let edge: Point[] = spline(outer, false, 5);
  const woolly = style === "curly" || style === "afro-hair";
  if (woolly) edge = spline(curl(figure, edge, 8, 3.4, true), false, 2);
  const flow = (t: number): Point[] => {
    const x = (t * 2 - 1) * (out + 4);
    if (crew)
      return [
        [x, 8 + Math.abs(x) * 0.4],
        [x * 1.02, 14 + Math.abs(x) * 0.5],
      ];
    return up
      ? [
          [x, 46 - Math.abs(t - 0.5) * 10],
          [x * 0.8, 14],
          [0, top - 4],
        ]
      : [
          [part + x * 0.1, top],
          [part * 0.5 + x * 0.8, top + 8],
          [x, fringe ? 46 : 60],
        ];
  };
  const decor: Decor[] = woolly
    ? Array.from({ length: 46 }, () => ({
        line: ellipse(
          figure.random.between(-out, out),
          figure.random.between(top, 40),
          figure.random.between(3, 5.5),
          figure.random.between(3, 5),
          8,
        ),
        color: strandColor(figure, color),
        width: 1.4,
        opacity: 0.65,
      }))
    : strands(figure, color, crew ? 40 : 52, flow);
  if (!crew && !woolly)
    decor.push({
      line: spline(
        [
          [-out * 0.6, 12],
          [0, top + 5],
          [out * 0.5, 10],
        ] as Point[],
        false,
        4,
      ),
      color: lighter(color, 0.45),
      width: 7,
      opacity: 0.2,
    });
  if (style === "braids")
    for (let x = -30; x <= 30; x += 10)
      decor.push({
        line: [
          [x * 0.5, top],
          [x, 20],
          [x * 1.1, 46],
        ],
        color: darker(color, 0.6),
        width: 1.8,
      });
  figure.add("hair", "hair", [[...edge, ...spline(inner, false, 5)]], plain(color, "hair"), {
    round: 20,
    decor,
    opacity: crew ? 0.86 : 1,
  });
}
