import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "./gate.ts";
import { changesAt } from "./histogram.ts";
import { anyJudged, judged, measured } from "./judged.fixture.ts";
import { positionsOf } from "./moved-dial.ts";
import { collectReport } from "./report.ts";
import { collectWhatIf, MovedThresholds } from "./what-if.ts";

describe("several thresholds that are moved together", () => {
  it("let in what two gates drop, as neither of them alone does", () => {
    const small = { faces: [{ score: 0.9, box: [0, 0, 100, 100] as [number, number, number, number] }] };
    const both = judged("a", measured({ ...small, brisque: 80 }));
    const admitted = (moved: MovedThresholds) => {
      const whatIf = collectWhatIf(gates, moved);
      whatIf.add(both);
      return whatIf.close()[0]?.admitted;
    };
    expect([
      admitted({ faceSide: 90 }),
      admitted({ brisque: null }),
      admitted({ faceSide: 90, brisque: null }),
    ]).toEqual([0, 0, 1]);
  });

  it("agree with the histogram where only one of them is moved", () => {
    fc.assert(
      fc.property(anyJudged, fc.nat(), (candidates, pick) => {
        const collector = collectReport(gates);
        for (const candidate of candidates) collector.add(candidate);
        for (const histogram of collector.close(() => "").histograms) {
          const positions = positionsOf(histogram);
          const moved = positions[pick % positions.length] ?? null;
          const whatIf = collectWhatIf(gates, { [histogram.dial]: moved });
          for (const candidate of candidates) whatIf.add(candidate);
          const changed = whatIf.close().filter((one) => one.admitted + one.perhaps + one.withdrawn > 0);
          expect(changed).toEqual(
            changesAt(histogram, moved).filter((one) => one.admitted + one.perhaps + one.withdrawn > 0),
          );
        }
      }),
    );
  });

  it("leave alone what the pool itself dropped", () => {
    const whatIf = collectWhatIf(gates, { brisque: 1 });
    whatIf.add(judged("a", measured(), { kept: false, reason: "near-duplicate" }));
    expect(whatIf.close()).toEqual([{ sourceId: "street", admitted: 0, perhaps: 0, withdrawn: 0 }]);
  });

  it("are named by their dials, at least one", () => {
    expect(MovedThresholds.safeParse({}).error?.issues[0]?.message).toMatch(/^name at least one of shortSide, /);
    expect(MovedThresholds.safeParse({ sharpness: 1 }).success).toBe(false);
  });
});
