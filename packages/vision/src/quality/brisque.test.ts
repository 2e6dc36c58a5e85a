import { describe, expect, it } from "vitest";
import type { Plane } from "../grey.ts";
import { type BrisqueModel, features18, regress } from "./brisque.ts";
import { addProducts, addValues, type Moments, noMoments } from "./moments.ts";
import { normaliseRows } from "./mscn.ts";

/** 96×64 levels of a soft pattern with a little noise. */
function pattern(): Uint8Array {
  const noise = (i: number) => {
    const v = Math.sin(i * 12.9898) * 43_758.5453;
    return v - Math.floor(v);
  };
  return Uint8Array.from({ length: 96 * 64 }, (_, i) => {
    const [x, y] = [i % 96, Math.floor(i / 96)];
    return Math.round(120 + 60 * Math.sin(x / 9) * Math.cos(y / 7) + 20 * (noise(i) - 0.5));
  });
}

/** (I − µ) / (σ + 1) by its definition: the 49 levels around each pixel, one by one; a flat window's rounding as the gate knows it. */
function normalised({ levels, width, height }: Plane): number[][] {
  const taps = [-3, -2, -1, 0, 1, 2, 3];
  const weight = (d: number) => Math.exp((-d * d) / (2 * (7 / 6) ** 2));
  const total = taps.reduce((sum, d) => sum + weight(d), 0) ** 2;
  const inside = (v: number, size: number) => Math.max(0, Math.min(size - 1, v));
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const near = taps.flatMap((dy) =>
        taps.map((dx) => ({
          level: levels[inside(y + dy, height) * width + inside(x + dx, width)] as number,
          w: (weight(dx) * weight(dy)) / total,
        })),
      );
      const own = levels[y * width + x] as number;
      const rounding = 255 * (own / 255 - Math.fround(own / 255));
      if (near.every(({ level }) => level === own)) return rounding;
      const mean = near.reduce((sum, { level, w }) => sum + w * level, 0);
      const variance = near.reduce((sum, { level, w }) => sum + w * (level - mean) ** 2, 0);
      return (own + rounding - mean) / (Math.sqrt(variance) + 1);
    }),
  );
}

function products(a: readonly number[], b: readonly number[]): number[] {
  return b.map((value, i) => value * (a[i] as number));
}

function expectMoments(found: Moments, values: readonly number[]): void {
  const sum = (of: (v: number) => number) => values.reduce((total, v) => total + of(v), 0);
  expect([found.positive, found.negative]).toEqual([
    values.filter((v) => v > 0).length,
    values.filter((v) => v < 0).length,
  ]);
  expect(found.absolute).toBeCloseTo(sum(Math.abs), 6);
  expect(found.squares).toBeCloseTo(
    sum((v) => v * v),
    6,
  );
  expect(found.signedSquares).toBeCloseTo(
    sum((v) => v * Math.abs(v)),
    6,
  );
}

/** Recorded from an independent, unoptimised implementation in double precision. */
const RECORDED = [
  5.822, 0.3347609, 1.075, -0.03554308, 0.1294661, 0.0963575, 1.1, -0.03514843, 0.1263924, 0.09420133, 1.025,
  -0.02403053, 0.1261429, 0.1032903, 1.047, -0.02332678, 0.1230149, 0.101196,
];

describe("BRISQUE", () => {
  it("has the 18 features of the recorded reference", () => {
    const found = features18({ levels: pattern(), width: 96, height: 64 });
    found.forEach((value, i) => {
      expect(Math.abs(value - (RECORDED[i] as number)), `feature ${i}`).toBeLessThan(1e-3);
    });
  });

  it.each([
    [33, 21],
    [32, 20],
  ])("counts what the definition counts at %i×%i, black and white areas among it", (width, height) => {
    const levels = pattern().slice(0, width * height);
    for (let i = 0; i < levels.length; i++) if (i % width < 12) levels[i] = i < 10 * width ? 0 : 255;
    const plane = { levels, width, height };
    const rows = normalised(plane);
    const [values, right, below] = [noMoments(0), noMoments(0), noMoments(0)];
    normaliseRows(plane, (row, above) => {
      addValues(values, row);
      addProducts(right, row, row, 1);
      if (above) addProducts(below, above, row, 1);
    });
    const upper = rows.slice(0, -1);
    expectMoments(values, rows.flat());
    expectMoments(
      right,
      rows.flatMap((row) => products(row, row.slice(1))),
    );
    expectMoments(
      below,
      upper.flatMap((row, y) => products(row, (rows[y + 1] as number[]).slice(1))),
    );
    expect(values.positive + values.negative).toBeLessThan(levels.length);
  });

  it("takes flat areas for what they were when the gate's threshold was set", () => {
    const flat = (level: number) => {
      const signs = new Set<number>();
      normaliseRows({ levels: new Uint8Array(160).fill(level), width: 16, height: 10 }, ({ values, width }) => {
        for (const value of values.subarray(0, width)) signs.add(Math.sign(value));
      });
      return [...signs];
    };
    for (let level = 0; level < 256; level++) {
      expect(flat(level), `level ${level}`).toEqual([Math.sign(level / 255 - Math.fround(level / 255))]);
    }
  });

  it("is the support vectors' weighted sum minus their offset", () => {
    const model: BrisqueModel = {
      gamma: 0.5,
      rho: -3,
      coefficients: [2],
      vectors: [[0, 1]],
      low: [0, 0],
      high: [2, 2],
    };
    expect(regress(model, [1, 2])).toBeCloseTo(2 + 3);
    expect(regress(model, [2, 2])).toBeCloseTo(2 * Math.exp(-0.5) + 3);
  });
});
