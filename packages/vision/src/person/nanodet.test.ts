import { describe, expect, it } from "vitest";
import { intersectionOverSmaller, suppress } from "../boxes.ts";
import { decodeLevel } from "./nanodet.ts";

/** One level of the network's answer with a person in one cell, each side's bins peaked at a distance in strides. */
function level(stride: number, cell: number, score: number, distances: readonly number[]) {
  const cells = (416 / stride) ** 2;
  const scores = { data: new Float32Array(cells * 80), dims: [1, cells, 80] };
  const boxes = { data: new Float32Array(cells * 44), dims: [1, cells, 44] };
  scores.data[cell * 80] = score;
  distances.forEach((distance, side) => {
    const [low, share] = [Math.floor(distance), distance - Math.floor(distance)];
    boxes.data[cell * 44 + side * 11 + low] = Math.log((1 - share || 1e-9) * 1e9);
    if (share > 0) boxes.data[cell * 44 + side * 11 + low + 1] = Math.log(share * 1e9);
  });
  return { scores, boxes };
}

describe("NanoDet's boxes", () => {
  it("reach from the cell's centre as far as each side's bins expect", () => {
    const { scores, boxes } = level(32, 13 * 6 + 6, 0.9, [2, 5.5, 3, 4.25]);
    const [found] = decodeLevel(scores, boxes, 32, 0.3);
    expect(found?.score).toBeCloseTo(0.9);
    const expected = [208 - 64, 208 - 176, 208 + 96, 208 + 136];
    found?.box.forEach((v, i) => {
      expect(v).toBeCloseTo(expected[i] as number, 0);
    });
  });

  it("under the lowest score are not made", () => {
    const { scores, boxes } = level(16, 5, 0.19, [1, 1, 1, 1]);
    expect(decodeLevel(scores, boxes, 16, 0.2)).toEqual([]);
  });

  it("are one person when the second lies in the first, and two when they stand side by side", () => {
    const whole = { score: 0.9, box: [0, 0, 100, 300] as const };
    const head = { score: 0.4, box: [20, 0, 70, 90] as const };
    const neighbour = { score: 0.6, box: [60, 10, 160, 300] as const };
    expect(suppress([head, whole], 0.85, intersectionOverSmaller)).toEqual([whole]);
    expect(suppress([neighbour, whole], 0.85, intersectionOverSmaller)).toEqual([whole, neighbour]);
  });
});
