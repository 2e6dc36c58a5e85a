import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "./gate.ts";
import { anyJudged, judged, measured } from "./judged.fixture.ts";
import { judgeByTruth, type Truth, type TruthOf } from "./truth.ts";
import { DROP_REASONS } from "./verdict.ts";

const nothing: Truth = { reasons: [], also: [], group: null };
const small = measured({ faces: [{ score: 0.9, box: [0, 0, 100, 100] }] });
const truly = (...reasons: Truth["reasons"]): Truth => ({ ...nothing, reasons });

const reportOn = (all: TruthOf[]) => judgeByTruth(all, gates);
const of = (all: TruthOf[], reason: string) => reportOn(all).reasons.find((one) => one.reason === reason);

describe("the filter before the truth", () => {
  it("knows precision and recall of each gate's own verdict, with counts, and names every disagreement", () => {
    const all = [
      { candidate: judged("found", small), truth: truly("small-face") },
      { candidate: judged("missed"), truth: truly("small-face") },
      { candidate: judged("wrong", small), truth: nothing },
      { candidate: judged("unseen", { width: 300, height: 300, models: [] }), truth: truly("small-face", "too-small") },
      { candidate: judged("clean"), truth: nothing },
    ];
    expect(of(all, "small-face")).toMatchObject({
      precision: { count: 1, of: 2, share: 0.5 },
      recall: { count: 1, of: 2, share: 0.5 },
      unjudged: { unmeasured: 1 },
      dropped: { count: 2, of: 3 },
    });
    const report = reportOn(all);
    expect(report.cleanKept).toMatchObject({ count: 1, of: 2 });
    expect(report.slipped).toEqual({ "small-face": 1 });
    expect(report.disagreements.map(({ id, kind, reason }) => [id, kind, reason])).toEqual([
      ["wrong", "wrong", "small-face"],
      ["missed", "missed", "small-face"],
    ]);
  });

  it("does not depend on which gate came first: what another one dropped still counts for this one", () => {
    const both = measured({ faces: [{ score: 0.9, box: [0, 0, 100, 100] }], brisque: 90 });
    const all = [{ candidate: judged("both", both), truth: truly("low-quality", "small-face") }];
    expect(of(all, "low-quality")?.recall).toMatchObject({ count: 1, of: 1 });
    expect(of(all, "small-face")?.recall).toMatchObject({ count: 1, of: 1 });
  });

  it("takes what is also right neither for a mistake nor for missed", () => {
    const truth: Truth = { reasons: ["fake-person"], also: ["low-quality"], group: null };
    const all = [
      { candidate: judged("said", measured({ brisque: 90, fakeness: 0.99 })), truth },
      { candidate: judged("unsaid", measured({ fakeness: 0.99 })), truth },
    ];
    expect(of(all, "low-quality")).toMatchObject({ precision: { count: 1, of: 1 }, recall: { of: 0 } });
    expect(of(all, "fake-person")?.recall).toMatchObject({ count: 2, of: 2 });
  });

  it("leaves out a gate that has no model, and says so", () => {
    const all = [{ candidate: judged("marked"), truth: truly("watermarked") }];
    expect(of(all, "watermarked")).toMatchObject({ recall: { of: 0, share: null }, unjudged: { unavailable: 1 } });
  });

  it("wants all but one of a group dropped as near duplicates, whichever they are", () => {
    const shot: Truth = { ...nothing, group: "one shot" };
    const again = { kept: false, reason: "near-duplicate" as const };
    const all = [
      { candidate: judged("first", measured(), again), truth: shot },
      { candidate: judged("second"), truth: shot },
      { candidate: judged("third"), truth: shot },
      { candidate: judged("other", measured(), again), truth: { ...nothing, group: "another" } },
    ];
    expect(of(all, "near-duplicate")).toMatchObject({ precision: { count: 1, of: 2 }, recall: { count: 1, of: 2 } });
  });

  it("draws the curve of a score over its threshold: the stricter the cut, the more is found", () => {
    const all = [10, 20, 30, 60, 70, 80].map((brisque) => ({
      candidate: judged(`b${brisque}`, measured({ brisque })),
      truth: brisque > 25 ? truly("low-quality") : nothing,
    }));
    const curve = reportOn(all).curves.find(({ dial }) => dial === "brisque");
    expect(curve?.threshold).toBe(49);
    const at = (cut: number) => curve?.points.find((point) => point.cut === cut);
    expect(at(49)).toMatchObject({ precision: { count: 3, of: 3 }, recall: { count: 3, of: 4 } });
    expect(at(20)).toMatchObject({ precision: { count: 4, of: 4 }, recall: { count: 4, of: 4 } });
    expect(at(10)).toMatchObject({ precision: { count: 4, of: 5 }, recall: { count: 4, of: 4 } });
  });

  it("calls a filter perfect when the truth is what it says", () => {
    fc.assert(
      fc.property(anyJudged, (candidates) => {
        const all = candidates.map((candidate) => {
          const reasons = DROP_REASONS.filter((reason) =>
            judgeByTruth([{ candidate, truth: nothing }], gates).disagreements.some((one) => one.reason === reason),
          );
          return { candidate, truth: { ...nothing, reasons } };
        });
        const report = reportOn(all);
        expect(report.disagreements).toEqual([]);
        for (const { precision, recall } of report.reasons) {
          expect(precision.count).toBe(precision.of);
          expect(recall.count).toBe(recall.of);
        }
      }),
      { numRuns: 40 },
    );
  });
});
