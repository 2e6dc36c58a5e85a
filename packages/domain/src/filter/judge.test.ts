import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "./gate.ts";
import { firstDrop, ownVerdicts } from "./judge.ts";
import { DropReason, GATE_NAMES, type Measurement } from "./verdict.ts";

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

  it("drop what its own file says was generated as a fake person, whatever the classifier finds and wherever that gate is off", () => {
    const saysGenerated = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
    expect(drop({ saysGenerated })).toBe("fake-person");
    expect(drop({ saysGenerated, fakeness: 0 }, { fakeness: null, flatness: null })).toBe("fake-person");
    expect(ownVerdicts({ ...good, saysGenerated }, gates)).toMatchObject({
      "fake-person": "fake-person",
      quality: "passes",
    });
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

describe("a gate over a model's score", () => {
  const score = [
    ["quality", "quality", "low-quality", 3, -0.001],
    ["fakeness", "fake-person", "fake-person", 0.5, 0.001],
    ["faceCleanness", "face-quality", "low-face-quality", 0.2, -0.001],
    ["nsfw", "nsfw", "unsafe", 0.5, 0.001],
    ["aesthetic", "aesthetic", "unaesthetic", 4.5, -0.001],
    ["watermark", "watermark", "watermarked", 0.5, 0.001],
  ] as const;

  it.each(score)(
    "lets a %s at exactly its threshold pass, and drops just beyond",
    (field, name, reason, limit, beyond) => {
      const rule = { ...gates, [field]: limit };
      expect(ownVerdicts({ ...good, [field]: limit }, rule)[name]).toBe("passes");
      expect(ownVerdicts({ ...good, [field]: limit + beyond }, rule)[name]).toBe(reason);
      expect(firstDrop({ ...good, [field]: limit + beyond }, rule)).toBe(reason);
    },
  );

  it("judges nothing where its slot has no model, whatever its threshold", () => {
    const empty = { slot: "watermark", model: "none", version: "", sha256: "", tier: "none" } as const;
    const rule = { ...gates, watermark: 0 };
    expect(ownVerdicts({ ...good, models: [empty] }, rule).watermark).toBe("unavailable");
    expect(firstDrop({ ...good, models: [empty] }, rule)).toBeUndefined();
  });

  it("is off without a threshold, and says unmeasured where it has one but no score", () => {
    expect(ownVerdicts(good, { ...gates, aesthetic: null }).aesthetic).toBe("off");
    expect(ownVerdicts(good, { ...gates, aesthetic: 5 }).aesthetic).toBe("unmeasured");
  });

  it("asks BRISQUE and flatness only where LIQE and the classifier have not spoken", () => {
    const rule = { ...gates, quality: 3, flatness: 0.5, fakeness: 0.5 };
    expect(drop({ brisque: 90, quality: 4 }, rule)).toBeUndefined();
    expect(drop({ flatness: 0.9, fakeness: 0.1 }, rule)).toBeUndefined();
    expect(drop({ flatness: 0.9 }, rule)).toBe("fake-person");
  });
});

describe("every gate's own verdict", () => {
  it("says what each would drop for, whatever the gates before it said", () => {
    const bad = { width: 500, height: 900, persons: [person(), person()], faces: [face(90)], brisque: 80 };
    expect(ownVerdicts({ ...good, ...bad }, gates)).toMatchObject({
      file: "passes",
      size: "too-small",
      person: "several-persons",
      "face-size": "small-face",
      quality: "low-quality",
    });
  });

  it("is there for every gate by name, in their order", () => {
    expect(Object.keys(ownVerdicts({ models: [] }, gates))).toEqual([...GATE_NAMES]);
  });

  it("of the header alone is only about the file and its size", () => {
    expect(ownVerdicts({ width: 640, height: 900, models: [] }, gates)).toMatchObject({
      file: "passes",
      size: "too-small",
      person: "unmeasured",
      "face-size": "unmeasured",
      quality: "unmeasured",
    });
  });

  it("drops a picture by some gate exactly when the first verdict drops it", () => {
    const sides = constantFrom(300, 640, 1280, 2000);
    const measured = record({
      width: sides,
      height: sides,
      persons: array(constantFrom(person(0.2), person(0.9)), { maxLength: 3 }),
      faces: array(constantFrom(face(100), face(300), face(300, 0.1)), { maxLength: 3 }),
      brisque: integer({ min: 0, max: 100 }),
    });
    assert(
      property(measured, (some) => {
        const picture = { ...some, models: [] };
        const reasons = Object.values(ownVerdicts(picture, gates)).filter((said) => DropReason.safeParse(said).success);
        const first = firstDrop(picture, gates);
        expect(reasons.length > 0).toBe(first !== undefined);
        if (first) expect(reasons[0]).toBe(first);
      }),
    );
  });
});
