import { array, assert, constantFrom, double, property, shuffledSubarray, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "./gate.ts";
import { firstDrop, ownVerdicts, rulers } from "./judge.ts";
import { type Cuts, cutOf, promptOf } from "./ranking.ts";
import type { Measurement } from "./verdict.ts";

const scores = array(double({ min: 0.1, max: 0.4, noNaN: true }), { minLength: 1, maxLength: 300 });
const percentiles = constantFrom(1, 5, 10, 25, 50, 90, 99);

const hps = { slot: "preference", model: "hpsv2.0", version: "abc", sha256: "", tier: "paper" } as const;
const measured = (preference?: number): Measurement => ({
  width: 800,
  height: 1400,
  models: [hps],
  ...(preference !== undefined && { preference }),
});
const rule = { ...gates, preference: { percentile: 10, leastScores: 20 } };
const cuts = (at: number, of: number, version = "abc"): Cuts => ({ preference: { [version]: { at, of } } });

describe("the cut of a source's scores", () => {
  it("leaves at most the percentile of them below it, and more than that at or below it", () => {
    assert(
      property(scores, percentiles, (all, percentile) => {
        const { at, of } = cutOf(all, { percentile }) ?? { at: Number.NaN, of: 0 };
        expect(of).toBe(all.length);
        expect(all.filter((score) => score < at).length).toBeLessThan((percentile / 100) * all.length + 1e-9);
        expect(all.filter((score) => score <= at).length).toBeGreaterThanOrEqual(
          (percentile / 100) * all.length - 1e-9,
        );
      }),
    );
  });

  it("is one of them, and the same in whatever order they came", () => {
    const shuffled = scores.chain((all) =>
      tuple(constantFrom(all), shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    assert(
      property(shuffled, percentiles, ([all, other], percentile) => {
        const cut = cutOf(all, { percentile });
        expect(all).toContain(cut?.at);
        expect(cutOf(other, { percentile })).toEqual(cut);
      }),
    );
  });

  it("rises or stays with the percentile, and follows scores that are all moved by the same step", () => {
    assert(
      property(scores, (all) => {
        const at = (percentile: number, from = all) => cutOf(from, { percentile })?.at ?? Number.NaN;
        expect(at(5)).toBeLessThanOrEqual(at(25));
        expect(at(25)).toBeLessThanOrEqual(at(90));
        expect(
          at(
            25,
            all.map((score) => score + 1),
          ),
        ).toBeCloseTo(at(25) + 1, 9);
      }),
    );
  });

  it("of a thousand even scores at ten percent is the hundredth lowest; of none there is none", () => {
    const even = Array.from({ length: 1000 }, (_, i) => (i + 1) / 1000);
    expect(cutOf(even, { percentile: 10 })).toEqual({ at: 0.1, of: 1000 });
    expect(cutOf([], { percentile: 10 })).toBeUndefined();
  });
});

describe("the gate of preference", () => {
  it("drops below its source's cut, and passes at it", () => {
    expect(firstDrop(measured(0.2499), rule, cuts(0.25, 20))).toBe("low-preference");
    expect(ownVerdicts(measured(0.25), rule, cuts(0.25, 20)).preference).toBe("passes");
  });

  it("judges nothing by too few scores, by none, or by those of another version of its model", () => {
    for (const own of [cuts(0.25, 19), {}, cuts(0.25, 900, "other")]) {
      expect(ownVerdicts(measured(0.1), rule, own).preference).toBe("too-few");
      expect(firstDrop(measured(0.1), rule, own)).toBeUndefined();
    }
  });

  it("is unavailable without a model, off without a rule, and unmeasured where a picture was dropped before", () => {
    const none = { ...hps, model: "none", tier: "none" } as const;
    expect(ownVerdicts({ models: [none] }, rule, cuts(0.25, 20)).preference).toBe("unavailable");
    expect(ownVerdicts(measured(0.1), { ...rule, preference: null }, cuts(0.25, 20)).preference).toBe("off");
    expect(ownVerdicts(measured(), rule, cuts(0.25, 20)).preference).toBe("unmeasured");
  });

  it("looks after the quality of the face, and before what is not safe for work", () => {
    const names = Object.keys(ownVerdicts({ models: [] }, gates));
    expect(names.slice(names.indexOf("quality"), names.indexOf("nsfw") + 1)).toEqual([
      "quality",
      "face-quality",
      "preference",
      "nsfw",
    ]);
  });

  it("drops of a source, judged again by its own stored scores, never more than the percentile", () => {
    assert(
      property(scores, percentiles, (all, percentile) => {
        const again = { ...gates, preference: { percentile, leastScores: 1 } };
        const cut = cutOf(all, again.preference);
        const own: Cuts = cut ? { preference: { abc: cut } } : {};
        const dropped = all.filter((score) => firstDrop(measured(score), again, own) === "low-preference");
        expect(dropped.length).toBeLessThan((percentile / 100) * all.length + 1e-9);
      }),
    );
  });
});

describe("the gate of the face's quality", () => {
  const ifqa = { slot: "quality-face", model: "ifqa", version: "1", sha256: "", tier: "paper" } as const;
  const withRule = { ...gates, faceCleanness: 0.5, faceQuality: { percentile: 10, leastScores: 5 } };

  it("asks the rule only where the model has not spoken, and each by its own threshold", () => {
    const own: Cuts = { faceQuality: { "1": { at: 0.2, of: 5 } } };
    expect(ownVerdicts({ faceCleanness: 0.4, models: [] }, withRule)["face-quality"]).toBe("low-face-quality");
    const both = { faceCleanness: 0.4, models: [ifqa] };
    expect(ownVerdicts({ ...both, faceQuality: 0.2 }, withRule, own)["face-quality"]).toBe("passes");
    expect(ownVerdicts({ ...both, faceQuality: 0.19 }, withRule, own)["face-quality"]).toBe("low-face-quality");
  });
});

describe("who ruled", () => {
  const brisque = { slot: "quality-global", model: "brisque-live", version: "", sha256: "", tier: "embedded" } as const;
  const liqe = { ...brisque, model: "liqe", tier: "paper" } as const;

  it("is LIQE where it measured beside BRISQUE, otherwise BRISQUE; of an empty slot nobody", () => {
    expect(rulers({ models: [brisque] })).toEqual({ quality: "brisque-live" });
    expect(rulers({ models: [brisque, liqe] })).toEqual({ quality: "liqe" });
    expect(rulers({ models: [{ ...hps, tier: "none" }] })).toEqual({});
  });
});

describe("what a picture is said to show", () => {
  it("is its caption on one line, whole characters of at most 320, or a sentence that fits every picture", () => {
    expect(promptOf("  a woman \n in a red\tcoat ")).toBe("a woman in a red coat");
    expect(promptOf(null)).toBe("a photo of a person");
    expect(promptOf(" \n ")).toBe("a photo of a person");
    expect(promptOf(`${"a".repeat(319)}😀`)).toBe(`${"a".repeat(319)}�`);
  });
});
