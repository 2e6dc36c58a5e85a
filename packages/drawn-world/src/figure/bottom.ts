import { darker, lighter, seam } from "../palette.ts";
import { SIDES } from "./body.ts";
import type { Fabric, Figure } from "./figure.ts";
import { blob, ellipse, mirror, type Node, type Point, type Ring, tube } from "./geometry.ts";
import type { Decor } from "./layer.ts";
import { motif } from "./motif.ts";

/** Where a lower garment ends: height for skirts, share of the leg for trousers. */
const SKIRT_END: Readonly<Record<string, number>> = { short: 468, "knee-length": 545, cropped: 635, maxi: 716 };
const LEG_END: Readonly<Record<string, number>> = { short: 0.34, "knee-length": 0.52, cropped: 0.83, maxi: 0.985 };
const STRAIGHT = [0, 1, 4, 2, 8];
/** Extra half width of a trouser leg at hip, thigh, knee, calf, ankle. */
const CUT: Readonly<Record<string, readonly number[]>> = {
  straight: STRAIGHT,
  tapered: [1, 3, 3, 0, 0],
  "close-fitting": [-2, -2, -3, -3, -3],
  pleated: [2, 5, 6, 4, 5],
  flared: [0, -1, 0, 10, 25],
  "wide-leg": [3, 8, 15, 17, 24],
  "A-line": [2, 6, 10, 12, 16],
  pencil: [0, 0, 0, 0, 2],
  baggy: [5, 13, 17, 17, 12],
};

export function drawBottom(figure: Figure): void {
  const type = figure.value("bottom.type");
  if (type === "none" || type === "") return;
  const cloth = figure.fabric("bottom", [290, type === "skirt" ? 620 : 720]);
  const length = figure.value("bottom.length");
  const shape = figure.value("bottom.bottom_shape");
  if (type === "skirt") drawSkirt(figure, "skirt", "bottom", cloth, length, shape);
  else drawTrousers(figure, "pants", "bottom", cloth, { type, length, shape });
}

export function drawTrousers(
  figure: Figure,
  part: "pants" | "dress",
  group: string,
  cloth: Fabric,
  { type, length, shape }: { type: string; length: string; shape: string },
): void {
  const { body } = figure;
  const { waist, hip } = body;
  const extra = CUT[shape] ?? STRAIGHT;
  const to = LEG_END[length] ?? 0.985;
  const grow = type === "leggings" ? 2 : 5.5;
  const roomy = Math.max(0, extra[0] as number);
  const pelvis = blob(
    mirror([
      [0, 286],
      [waist + 3, 288],
      [hip + 2 + roomy, 345],
      [hip + 4 + roomy, 392],
      [36, 426],
      [0, 416],
    ] as Point[]),
  );
  const legs = SIDES.map(([side]) =>
    tube(
      body.legs[side].nodes.map(
        ([x, y, w], i): Node => [x + Math.sign(x) * (extra[i] ?? 0) * 0.25, y, w + (extra[i] ?? 0)],
      ),
      { to, grow, startCap: 0, endCap: 0.25 },
    ),
  );
  figure.add(part, group, [...legs, pelvis], cloth, {
    round: 25,
    grain: 90,
    decor: trouserDecor(figure, cloth, type, shape, to),
  });
}

function trouserDecor(figure: Figure, cloth: Fabric, type: string, shape: string, to: number): Decor[] {
  const { body } = figure;
  const { waist, hip } = body;
  const color = seam(cloth.base);
  const decor: Decor[] = [
    {
      line: [
        [0, 290],
        [0, 420],
      ],
      color,
      width: 2,
      opacity: 0.75,
    },
  ];
  for (const [side, s] of SIDES) {
    const { hip: top, knee, ankle, nodes } = body.legs[side];
    if (type === "suit trousers" || shape === "pleated")
      decor.push({ line: [[top[0] + s * 8, 300], knee, ankle], color, width: 2, opacity: 0.75 });
    if (shape === "pleated")
      decor.push(
        {
          line: [
            [top[0] - s * 6, 292],
            [top[0], 370],
          ],
          color,
          width: 2.4,
          opacity: 0.8,
        },
        {
          line: [
            [top[0] + s * 16, 292],
            [top[0] + s * 14, 360],
          ],
          color,
          width: 2.4,
          opacity: 0.8,
        },
      );
    if (type === "jeans") {
      const stitch = lighter("#c98a45", 0.1);
      decor.push(
        {
          line: [
            [s * (waist - 10), 292],
            [s * (waist * 0.55), 322],
            [s * (hip + 4), 330],
          ],
          color: stitch,
          width: 2.2,
        },
        {
          line: [
            [top[0] + s * 34, 330],
            [knee[0] + s * 24, 543],
            [ankle[0] + s * 19, 705],
          ],
          color: stitch,
          width: 1.8,
          opacity: 0.8,
        },
        { area: ellipse(top[0] * 1.05, 465, 14, 66), color: lighter(cloth.base, 0.5), opacity: 0.3 },
        { area: ellipse(knee[0], 548, 13, 30), color: lighter(cloth.base, 0.5), opacity: 0.25 },
      );
    }
    if (type === "sweatpants") {
      decor.push({
        line: [
          [top[0] + s * 36, 330],
          [knee[0] + s * 26, 543],
          [ankle[0] + s * 20, 705],
        ],
        color: lighter(cloth.base, 0.6),
        width: 6,
        opacity: 0.85,
      });
      const [x, y] = nodes.at(-1) as Node;
      if (to > 0.9)
        decor.push({
          area: [
            [x - 44, y - 16],
            [x + 44, y - 16],
            [x + 44, y + 20],
            [x - 44, y + 20],
          ],
          color: darker(cloth.base, 0.3),
          opacity: 0.6,
        });
    }
    if (type === "shorts" || type === "culottes")
      decor.push({
        line: [
          [s * (waist - 6), 300],
          [s * (hip - 8), 340],
        ],
        color,
        width: 2.6,
        opacity: 0.7,
      });
    if (type === "pants")
      decor.push({
        line: [
          [s * (waist - 4), 296],
          [s * (hip - 12), 336],
        ],
        color,
        width: 2.4,
        opacity: 0.7,
      });
  }
  if (type === "sweatpants")
    decor.push(
      {
        area: [
          [-130, 284],
          [130, 284],
          [130, 303],
          [-130, 303],
        ],
        color: darker(cloth.base, 0.25),
        opacity: 0.6,
      },
      {
        line: [
          [-5, 292],
          [-8, 335],
        ],
        color: "#efece4",
        width: 3,
      },
      {
        line: [
          [5, 292],
          [7, 330],
        ],
        color: "#efece4",
        width: 3,
      },
    );
  else if (type !== "leggings")
    decor.push({
      line: [
        [-130, 301],
        [130, 301],
      ],
      color,
      width: 1.8,
      opacity: 0.6,
    });
  if (cloth.pattern === "graphic")
    decor.push({
      svg: `<g transform="scale(1.25)">${motif(cloth.graphic ?? "a star", cloth.second, cloth.base)}</g>`,
      at: [body.legs.left.hip[0] + 3, 450],
    });
  return decor;
}

/** Skirts, and the lower half of dresses. `from` is where the cloth starts. */
export function skirtRing(figure: Figure, length: string, shape: string, from = 282): Ring {
  const { waist, hip } = figure.body;
  const end = SKIRT_END[length] ?? 545;
  const long = (end - 350) / 365;
  const flare =
    {
      "A-line": 16 + 40 * long,
      pleated: 22 + 44 * long,
      flared: 34 + 62 * long,
      pencil: -8 - 6 * long,
      straight: 4 + 8 * long,
    }[shape] ?? 12 + 36 * long;
  return blob(
    mirror([
      [0, from],
      [waist + 2, from + 2],
      [hip + 5, 350],
      [hip + 7 + flare * 0.5, (350 + end) / 2],
      [hip + 4 + flare, end - 3],
      [(hip + flare) * 0.5, end + 5],
      [0, end + 7],
    ] as Point[]),
  );
}

export function pleats(figure: Figure, cloth: Fabric, length: string, strong: boolean, spread = 40): Decor[] {
  const { waist, hip } = figure.body;
  const end = (SKIRT_END[length] ?? 545) + 8;
  const shares = strong ? [-0.85, -0.65, -0.45, -0.25, -0.05, 0.15, 0.35, 0.55, 0.75] : [-0.7, -0.35, 0.05, 0.4, 0.75];
  return shares.map((t) => ({
    line: [
      [t * waist, 300],
      [t * hip, 380],
      [t * (hip + spread), end],
    ],
    color: darker(cloth.base, 0.42),
    width: strong ? 4 : 2.4,
    opacity: strong ? 0.6 : 0.35,
  }));
}

function drawSkirt(figure: Figure, part: "skirt", group: string, cloth: Fabric, length: string, shape: string): void {
  const decor =
    shape === "pencil" ? [] : pleats(figure, cloth, length, shape === "pleated", shape === "flared" ? 75 : 40);
  if (shape === "pencil")
    decor.push({
      line: [
        [0, (SKIRT_END[length] ?? 545) - 46],
        [0, 800],
      ],
      color: seam(cloth.base),
      width: 3,
    });
  if (cloth.pattern === "graphic")
    decor.push({
      svg: `<g transform="scale(1.5)">${motif(cloth.graphic ?? "a star", cloth.second, cloth.base)}</g>`,
      at: [24, 400],
    });
  decor.push({
    line: [
      [-120, 298],
      [120, 298],
    ],
    color: seam(cloth.base),
    width: 2,
    opacity: 0.6,
  });
  figure.add(part, group, [skirtRing(figure, length, shape)], cloth, {
    round: 48,
    decor,
  });
}
