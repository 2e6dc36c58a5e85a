/** Outlines in body units: the head is 100 high with its crown at y = 0, x = 0 is the body's middle, y grows downwards. */
export type Point = readonly [number, number];
/** [x, y, half width]: a node of a tapered tube. */
export type Node = readonly [number, number, number];
export type Ring = readonly Point[];

/** Catmull-Rom through all points, `per` steps between two of them. */
export function spline<P extends readonly number[]>(points: readonly P[], closed = true, per = 6): P[] {
  const n = points.length;
  const at = (i: number): P => points[closed ? (i + n) % n : Math.max(0, Math.min(n - 1, i))] as P;
  const out: P[] = [];
  for (let i = 0; i < (closed ? n : n - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 0; k < per; k++) {
      const t = k / per;
      const q = b.map((v, j) => {
        const [p0, p2, p3] = [a[j] as number, c[j] as number, d[j] as number];
        return (
          0.5 *
          (2 * v + (p2 - p0) * t + (2 * p0 - 5 * v + 4 * p2 - p3) * t * t + (3 * v - p0 - 3 * p2 + p3) * t * t * t)
        );
      });
      out.push(q as unknown as P);
    }
  }
  if (!closed) out.push(at(n - 1));
  return out;
}

/** A smooth closed outline. */
export const blob = (points: readonly Point[], per = 6): Ring => spline(points, true, per);

/** The right half, from top to bottom, made whole. */
export function mirror(half: readonly Point[]): Point[] {
  const left = half
    .toReversed()
    .filter(([x]) => Math.abs(x) > 0.01)
    .map(([x, y]): Point => [-x, y]);
  return [...half, ...left];
}

export function ellipse(x: number, y: number, a: number, b: number, steps = 20): Ring {
  return Array.from({ length: steps }, (_, i): Point => {
    const angle = (2 * Math.PI * i) / steps;
    return [x + a * Math.cos(angle), y + b * Math.sin(angle)];
  });
}

export const rect = (x: number, y: number, width: number, height: number): Ring => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
];

export interface TubeOptions {
  /** Shares of the length between which the tube is drawn. */
  readonly from?: number;
  readonly to?: number;
  /** Added to every half width. */
  readonly grow?: number;
  /** Roundness of the caps at either end, 0 = cut straight. */
  readonly startCap?: number;
  readonly endCap?: number;
}

/** A tapered tube along nodes: limbs, sleeves, legs of trousers, strands of hair. */
export function tube(nodes: readonly Node[], options: TubeOptions = {}): Ring {
  const { from = 0, to = 1, grow = 0, startCap = 1, endCap = 1 } = options;
  const { points, lengths, total } = measured(nodes);
  const c = points.filter(
    (_, i) => (lengths[i] as number) >= from * total - 0.01 && (lengths[i] as number) <= to * total + 0.01,
  );
  if (c.length < 2) return [];
  const normal = (i: number): Point => {
    const a = c[Math.max(0, i - 1)] as Node;
    const b = c[Math.min(c.length - 1, i + 1)] as Node;
    const d = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    return [(b[1] - a[1]) / d, -(b[0] - a[0]) / d];
  };
  const side = (s: number) =>
    c.map((q, i): Point => {
      const [nx, ny] = normal(i);
      return [q[0] + s * nx * (q[2] + grow), q[1] + s * ny * (q[2] + grow)];
    });
  const cap = (i: number, s: number, roundness: number): Point[] => {
    const q = c[i] as Node;
    const [nx, ny] = normal(i);
    const w = q[2] + grow;
    return [1, 2, 3, 4].map((k): Point => {
      const ca = Math.cos((Math.PI * k) / 5);
      const sa = Math.sin((Math.PI * k) / 5) * roundness;
      return [q[0] + s * nx * w * ca - s * ny * w * sa, q[1] + s * ny * w * ca + s * nx * w * sa];
    });
  };
  return [
    ...side(1),
    ...(endCap ? cap(c.length - 1, 1, endCap) : []),
    ...side(-1).reverse(),
    ...(startCap ? cap(0, -1, startCap) : []),
  ];
}

/** Point and unit direction at a share of the tube's length: [x, y, dx, dy, half width]. */
export function along(nodes: readonly Node[], share: number): readonly [number, number, number, number, number] {
  const { points, lengths, total } = measured(nodes);
  const found = lengths.findIndex((length) => length >= share * total);
  const i = Math.max(1, Math.min(points.length - 1, found < 0 ? points.length - 1 : found));
  const [a, b] = [points[i - 1] as Node, points[i] as Node];
  const d = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  return [b[0], b[1], (b[0] - a[0]) / d, (b[1] - a[1]) / d, b[2]];
}

function measured(nodes: readonly Node[]): { points: Node[]; lengths: number[]; total: number } {
  const points = spline(nodes, false, 7);
  const lengths = [0];
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Node, points[i] as Node];
    lengths.push((lengths[i - 1] as number) + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  return { points, lengths, total: lengths.at(-1) as number };
}
