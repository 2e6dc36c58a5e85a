import { gates } from "@anyone/domain/filter/gate";
import { describeThresholds } from "@anyone/domain/filter/thresholds";
import { describe, expect, it } from "vitest";
import { readAssignments } from "./name-thresholds.ts";

const known = describeThresholds(gates);

describe("naming thresholds", () => {
  it("takes a threshold's own name, as it is spoken, and its gate's where that has only this one", () => {
    expect(readAssignments(["faceSide=200"], known)).toEqual({ faceSide: 200 });
    expect(readAssignments(["face-side=200", "brisque=off"], known)).toEqual({ faceSide: 200, brisque: null });
    expect(readAssignments(["face-size=200", "watermark=0.5"], known)).toEqual({ faceSide: 200, watermark: 0.5 });
  });

  it.each([
    ["face-size", /"face-size" sets nothing.*face-side=200/],
    ["=4", /sets nothing/],
    ["face=4", /no threshold "face".*short-side, long-side/],
    ["size=640", /several thresholds.*short-side, long-side/],
    ["face-side=", /"" is no value/],
    ["face-side=0x10", /"0x10" is no value.*or off/],
    ["face-side=1e3", /is no value/],
  ])("refuses %s and says what would do", (word, says) => {
    expect(saidOf(() => readAssignments([word], known))).toMatch(says);
  });

  it("refuses one that is set twice", () => {
    expect(saidOf(() => readAssignments(["face-side=200", "faceSide=300"], known))).toMatch(/face-side is set twice/);
  });
});

function saidOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return `${message} ${hint}`;
  }
  return "";
}
