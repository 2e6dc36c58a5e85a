import { describe, expect, it } from "vitest";
import { decodeFaces, headRegion } from "./blazeface.ts";

describe("BlazeFace's boxes", () => {
  it("are offsets from the anchors, first two per cell of 16×16, then six per cell of 8×8", () => {
    const logits = new Float32Array(896).fill(-20);
    const offsets = new Float32Array(896 * 16);
    const fine = 2 * (16 * 3 + 5);
    logits[fine] = 4;
    offsets.set([8, -4, 64, 32], fine * 16);
    const coarse = 512 + 6 * (8 * 7 + 2) + 3;
    logits[coarse] = 0;
    offsets.set([0, 0, 128, 128], coarse * 16);
    const found = decodeFaces(logits, offsets, 0.3);
    expect(found.map(({ score }) => Number(score.toFixed(3)))).toEqual([0.982, 0.5]);
    const [x, y] = [5.5 / 16 + 8 / 256, 3.5 / 16 - 4 / 256];
    expect(found[0]?.box).toEqual([x - 0.125, y - 0.0625, x + 0.125, y + 0.0625]);
    expect(found[1]?.box).toEqual([2.5 / 8 - 0.25, 7.5 / 8 - 0.25, 2.5 / 8 + 0.25, 7.5 / 8 + 0.25]);
  });

  it("are searched in a square over the upper part of the person", () => {
    expect(headRegion([100, 0, 300, 1000])).toEqual([25, -17.5, 375, 332.5]);
    expect(headRegion([0, 0, 900, 300])).toEqual([285, -16.5, 615, 313.5]);
  });
});
