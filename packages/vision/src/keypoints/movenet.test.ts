import { describe, expect, it } from "vitest";
import { decodeKeypoints } from "./movenet.ts";

const cells = 64 * 64;

describe("MoveNet's points", () => {
  it("follow the centre's regression to the heatmap's best cell nearby, plus that cell's offset", () => {
    const center = { data: new Float32Array(cells).fill(-10), dims: [1, 64, 64, 1] };
    const heatmap = { data: new Float32Array(cells * 17).fill(-10), dims: [1, 64, 64, 17] };
    const regress = { data: new Float32Array(cells * 34), dims: [1, 64, 64, 34] };
    const offset = { data: new Float32Array(cells * 34), dims: [1, 64, 64, 34] };
    const person = 30 * 64 + 33;
    center.data[person] = 3;
    regress.data.set([-20, 4], person * 34 + 2 * 5);
    const near = 11 * 64 + 38;
    const far = 60 * 64 + 2;
    heatmap.data[near * 17 + 5] = 1;
    heatmap.data[far * 17 + 5] = 2;
    offset.data.set([0.25, 0.5], near * 34 + 2 * 5);
    const shoulder = decodeKeypoints({ center, heatmap, regress, offset })[5];
    expect(shoulder?.[0]).toBeCloseTo(38.5 / 64, 6);
    expect(shoulder?.[1]).toBeCloseTo(11.25 / 64, 6);
    expect(shoulder?.[2]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  });
});
