import { describe, expect, it } from "vitest";
import { type BrisqueModel, features18, regress } from "./brisque.ts";
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

  it("takes flat areas for what they were when the gate's threshold was set", () => {
    const flat = (level: number) => {
      const signs = new Set<number>();
      normaliseRows({ levels: new Uint8Array(160).fill(level), width: 16, height: 10 }, (row) => {
        for (const value of row) signs.add(Math.sign(value));
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
