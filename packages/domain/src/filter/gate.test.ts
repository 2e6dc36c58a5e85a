import { describe, expect, it } from "vitest";
import { firstDrop, gates } from "./gate.ts";
import type { Measurement } from "./verdict.ts";

const face = (side: number, score = 0.9) => ({ score, box: [0, 0, side, side] as [number, number, number, number] });
const person = (score = 0.8) => ({ score, box: [100, 100, 600, 1200] as [number, number, number, number] });
const good: Measurement = {
  width: 640,
  height: 1280,
  persons: [person()],
  faces: [face(224)],
  flatness: 0,
  brisque: 20,
  models: [],
};
const drop = (changes: Partial<Measurement>, overrides = {}) =>
  firstDrop({ ...good, ...changes }, { ...gates, ...overrides });

describe("the gates of the filter", () => {
  it("let a picture at exactly the paper's size with exactly one person and a face of exactly 224 pixels pass", () => {
    expect(drop({})).toBeUndefined();
  });

  it("read 640×1280 as short and long side, so a lying picture passes as well", () => {
    expect(drop({ width: 1280, height: 640 })).toBeUndefined();
  });

  it.each([
    [639, 1280],
    [640, 1279],
    [1279, 1279],
    [4000, 639],
  ])("drop %i×%i as too small", (width, height) => {
    expect(drop({ width, height })).toBe("too-small");
  });

  it("drop a face whose shorter side is 223.9 pixels, and a picture without a face", () => {
    expect(drop({ faces: [face(223.9)] })).toBe("small-face");
    expect(drop({ faces: [{ score: 0.9, box: [0, 0, 300, 223] }] })).toBe("small-face");
    expect(drop({ faces: [] })).toBe("small-face");
    expect(drop({ faces: [face(400, 0.49)] })).toBe("small-face");
  });

  it("drop a picture without a person, and one whose only person is doubtful", () => {
    expect(drop({ persons: [], faces: undefined })).toBe("no-person");
    expect(drop({ persons: [person(0.349)] })).toBe("no-person");
  });

  it("count two boxes or two faces as several persons, but not a doubtful second one", () => {
    expect(drop({ persons: [person(), person(0.36)] })).toBe("several-persons");
    expect(drop({ faces: [face(300), face(60, 0.6)] })).toBe("several-persons");
    expect(drop({ persons: [person(), person(0.3)], faces: [face(300), face(60, 0.4)] })).toBeUndefined();
  });

  it("see two people by their faces where neither's box is sure", () => {
    expect(drop({ persons: [person(0.3), person(0.25)], faces: [face(300), face(280)] })).toBe("several-persons");
    expect(drop({ persons: [person(0.3), person(0.25)], faces: [face(300)] })).toBe("no-person");
  });

  it("drop a ruined picture", () => {
    expect(drop({ brisque: 49 })).toBeUndefined();
    expect(drop({ brisque: 49.1 })).toBe("low-quality");
  });

  it("drop a drawing only where that gate is on", () => {
    expect(drop({ flatness: 0.9 }, { flatness: null })).toBeUndefined();
    expect(drop({ flatness: 0.9 }, { flatness: 0.5 })).toBe("fake-person");
  });

  it("name the first gate that fails, in their order", () => {
    expect(drop({ width: 100, persons: [], brisque: 90 })).toBe("too-small");
    expect(drop({ fault: "broken-file", width: undefined })).toBe("broken-file");
    expect(drop({ persons: [person(), person()], faces: [face(10)], brisque: 90 })).toBe("several-persons");
  });

  it("say nothing about what is not measured yet", () => {
    expect(firstDrop({ models: [] }, gates)).toBeUndefined();
    expect(firstDrop({ width: 640, height: 1280, persons: [person()], models: [] }, gates)).toBeUndefined();
  });
});
