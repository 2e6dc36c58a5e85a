import { darker, seam } from "../palette.ts";
import type { Part } from "../vocabulary.ts";
import { type Arm, SIDES } from "./body.ts";
import { type Fabric, type Figure, plain } from "./figure.ts";
import { along, ellipse, type Node, type Point, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";

export interface Sleeve {
  readonly cloth: Fabric;
  readonly part: Part;
  readonly group: string;
  /** One of V-SLEEVE. */
  readonly length: string;
  /** Room between arm and cloth. */
  readonly ease: number;
  /** Off the shoulder: the sleeve begins below it. */
  readonly off?: boolean;
  /** A window over the shoulder. */
  readonly cold?: boolean;
  /** Only this side has one. */
  readonly only?: 1 | -1;
  /** Hangs open by this much below the wrist: kimono, hanfu, gown. */
  readonly drop?: number;
  /** Ribbed at the end. */
  readonly cuff?: boolean;
  /** Wider towards the wrist. */
  readonly bell?: number;
}

const REACH: Readonly<Record<string, number>> = {
  sleeveless: 0,
  "short sleeve": 0.37,
  "mid-sleeve": 0.63,
  "long sleeve": 0.97,
};

/** How much of a bell each node of the arm takes, shoulder to wrist. */
const BELL = [0, 0, 0, 0.2, 0.6, 1];

/** Both arms with hands, and the sleeve on each, if any. */
export function drawArms(figure: Figure, sleeve: Sleeve | null): void {
  for (const [side, s] of SIDES) {
    const arm = figure.body.arms[side];
    const part: Part = s > 0 ? "left-arm" : "right-arm";
    const reach = sleeve && (sleeve.only === undefined || sleeve.only === s) ? (REACH[sleeve.length] ?? 0) : 0;
    const skin = plain(figure.body.skin, "skin");
    const from = reach > 0 && !sleeve?.off ? Math.max(0, reach - 0.12) : 0;
    if (sleeve?.drop) drawDrop(figure, arm, sleeve, sleeve.drop);
    const direction = (Math.atan2(arm.wrist[1] - arm.shoulder[1], arm.wrist[0] - arm.shoulder[0]) * 180) / Math.PI;
    figure.add(part, "body", [tube(arm.nodes, { from })], skin, { round: 17, join: from === 0, grain: direction });
    drawHand(figure, arm, s, part);
    if (sleeve && reach > 0) drawSleeve(figure, arm, sleeve, reach, direction);
    if (sleeve?.cold && reach > 0)
      figure.add(part, "body", [ellipse(arm.shoulder[0] + s * 2, arm.shoulder[1] + 18, 17, 24)], skin, {
        round: 14,
        join: true,
      });
  }
}

function drawSleeve(figure: Figure, arm: Arm, sleeve: Sleeve, reach: number, direction: number): void {
  const { cloth, ease, bell = 0 } = sleeve;
  const room = reach > 0.5 ? [-5, -2, 0, 1.5, 2, 5] : [-5, -2, 1, 2, 0, 0];
  const nodes = arm.nodes.map(([x, y, w], i): Node => [x, y, w + (room[i] ?? 0) + bell * (BELL[i] ?? 0)]);
  const [x, y, dx, dy] = along(arm.nodes, reach - 0.04);
  const across: Point[] = [
    [x - dy * 48, y + dx * 48],
    [x + dy * 48, y - dx * 48],
  ];
  const line = seam(cloth.base);
  const decor: Decor[] = sleeve.cuff
    ? [{ line: across, color: darker(cloth.base, 0.3), width: 13, opacity: 0.6 }]
    : [{ line: across, color: line, width: reach > 0.5 ? 3 : 2, opacity: 0.6 }];
  figure.add(
    sleeve.part,
    sleeve.group,
    [
      tube(nodes, {
        from: sleeve.off ? 0.2 : 0,
        to: reach,
        grow: ease,
        startCap: sleeve.off ? 0.2 : 0.8,
        endCap: 0.12,
      }),
    ],
    cloth,
    {
      round: 20,
      join: true,
      grain: direction + 55,
      angle: direction - 90,
      decor,
    },
  );
}

/** Cloth hanging from the forearm of a wide sleeve. */
function drawDrop(figure: Figure, { elbow, wrist }: Arm, { cloth, part, group }: Sleeve, drop: number): void {
  const s = Math.sign(elbow[0]);
  const ring: Point[] = [
    [elbow[0] - s * 22, elbow[1] - 30],
    [elbow[0] + s * 16, elbow[1] - 14],
    [wrist[0] + s * 20, wrist[1] - 6],
    [wrist[0] + s * 16, wrist[1] + drop],
    [wrist[0] - s * 30, wrist[1] + drop + 8],
    [elbow[0] - s * 16, elbow[1] + 34],
  ];
  figure.add(part, group, [ring], cloth, { round: 26, grain: 80 });
}

function drawHand(figure: Figure, { wrist, hand }: Arm, s: 1 | -1, part: Part): void {
  const length = Math.hypot(hand[0] - wrist[0], hand[1] - wrist[1]);
  const [ux, uy] = [(hand[0] - wrist[0]) / length, (hand[1] - wrist[1]) / length];
  const at = (a: number, b: number): Point => [wrist[0] + ux * a - uy * b, wrist[1] + uy * a + ux * b];
  const node = (a: number, b: number, w: number): Node => [...at(a, b), w];
  const fingers = (
    [
      [-8.5, 44],
      [-3, 49],
      [3, 50],
      [8, 45],
    ] as const
  ).map(([b, end]) => tube([node(20, b, 4.4), node(36, b * 1.02, 4.1), node(end + 8, b * 0.9, 3.3)]));
  const thumb = tube([node(6, s * 9, 5), node(20, s * 15, 5), node(33, s * 15, 3.8)]);
  const palm = tube([node(-4, 0, 10), node(12, 0, 13), node(27, 0, 13), node(34, 0, 11)]);
  const skin = darker(figure.body.skin, 0.03);
  const decor = [-5.8, 0, 5.6].map(
    (b): Decor => ({ line: [at(28, b), at(50, b * 0.95)], color: darker(skin, 0.42), width: 1.1 }),
  );
  figure.add(part, "body", [palm, ...fingers, thumb], plain(skin, "skin"), { round: 9, decor });
}
