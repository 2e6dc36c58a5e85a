import { describe, expect, it } from "vitest";
import { doubtOf } from "./doubt.ts";

describe("the doubt of a model", () => {
  it("is all there is where every class is alike, and none where one is sure", () => {
    expect(doubtOf([0.25, 0.25, 0.25, 0.25], 0.25)).toEqual({ margin: 0, entropy: 1 });
    expect(doubtOf([0, 1, 0], 1)).toEqual({ margin: 1, entropy: 0 });
  });

  it("tells a tie of two from a tie of many, which one confidence can't", () => {
    const two = doubtOf([0.5, 0.5, 0, 0, 0], 0.5);
    const many = doubtOf([0.5, 0.125, 0.125, 0.125, 0.125], 0.5);
    expect(two.margin).toBe(0);
    expect(many.margin).toBeCloseTo(0.375, 12);
    expect(two.entropy).toBeCloseTo(Math.log(2) / Math.log(5), 12);
    expect(many.entropy).toBeCloseTo(2 * (Math.log(2) / Math.log(5)), 12);
  });

  it("is read from the confidence where that is all the model told", () => {
    expect(doubtOf([], 0.8).margin).toBeCloseTo(0.6, 12);
    expect(doubtOf([], 1)).toEqual({ margin: 1, entropy: 0 });
  });

  it("is whole where the numbers say nothing", () => {
    expect(doubtOf([0, 0], 0)).toEqual({ margin: 0, entropy: 1 });
  });
});
