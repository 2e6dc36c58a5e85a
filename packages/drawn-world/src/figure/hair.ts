import { darker, lighter, mix } from "../palette.ts";
import { type Figure, plain } from "./figure.ts";
import { blob, ellipse, mirror, type Node, type Point, type Ring, spline, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

/** Height that hair reaches down to, by answer. */
export const REACH: Readonly<Record<string, number>> = {
  "above eyes": 44,
  "above chin": 84,
  "above shoulders": 122,
  "above chest": 166,
  "below chest": 236,
  "below waist": 330,
};
const VOLUME: Readonly<Record<string, number>> = {
  curly: 13,
  wavy: 8,
  "afro-hair": 30,
  dreadlocks: 7,
  "crew cut": -1,
  braids: 3,
};

interface Cut {
  readonly style: string;
  readonly reach: number;
  readonly volume: number;
  readonly head: number;
  readonly color: string;
  readonly fringe: boolean;
  /** Hair is gathered away from the face and shoulders. */
  readonly up: boolean;
}

/** How far a person's hair or hat rises above the crown, in units: head room to leave. */
export function riseOf(value: (id: "hair.style" | "hat.type") => string): number {
  const hair = { bun: 34, updo: 34, "afro-hair": 30, curly: 10, dreadlocks: 8 }[value("hair.style")] ?? 4;
  const hat =
    { none: 0, "": 0, turban: 24, helmet: 22, fedora: 28, hat: 26, "wide-brim hat": 28 }[value("hat.type")] ?? 22;
  return Math.max(hat, hat > 0 ? 0 : hair);
}

function cutOf(figure: Figure): Cut | null {
  const style = figure.value("hair.style");
  if (style === "bald" || style === "" || figure.is("headscarf.wears", "yes")) return null;
  const up = ["bun", "ponytail", "updo", "braids"].includes(style);
  const hatted = !figure.is("hat.type", "none", "");
  const volume = (VOLUME[style] ?? 4) * (hatted ? 0.4 : 1);
  return {
    style,
    reach: REACH[figure.value("hair.length")] ?? 84,
    volume,
    head: figure.body.head,
    color: figure.body.hairColor,
    fringe: figure.body.female && !up && figure.body.skin.charCodeAt(5) % 3 === 0,
    up,
  };
}

const strandColor = (figure: Figure, color: string): string =>
  figure.random.chance(0.5)
    ? lighter(color, figure.random.between(0.06, 0.34))
    : mix(color, "#2a1206", figure.random.between(0.15, 0.5));

function strands(figure: Figure, color: string, count: number, flow: (share: number) => Point[]): Decor[] {
  return Array.from({ length: count }, (_, i) => ({
    line: flow((i + figure.random.next()) / count),
    color: strandColor(figure, color),
    width: figure.random.between(0.7, 1.7),
    opacity: figure.random.between(0.35, 0.8),
  }));
}

/** Ragged outline along a ring: curls. */
function curl(figure: Figure, ring: Ring, step: number, size: number, open = false): Point[] {
  const out: Point[] = [];
  ring.forEach((p, i) => {
    if (open && i === ring.length - 1) {
      out.push(p);
      return;
    }
    const q = ring[(i + 1) % ring.length] as Point;
    const parts = Math.max(1, Math.round(Math.hypot(q[0] - p[0], q[1] - p[1]) / step));
    for (let j = 0; j < parts; j++)
      out.push([
        p[0] + ((q[0] - p[0]) * j) / parts + figure.random.between(-size, size),
        p[1] + ((q[1] - p[1]) * j) / parts + figure.random.between(-size, size),
      ]);
  });
  return out;
}

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
  if (style === "dreadlocks") return drawLocks(figure, cut);
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
