import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Gates, gates } from "./gate.ts";
import { firstDrop } from "./judge.ts";
import { anyJudged, judged, measured } from "./judged.fixture.ts";
import { collectRejudged, type Rejudgeable, type Rejudged, rejudge } from "./rejudge.ts";
import type { JudgedCandidate } from "./stored.ts";

const over = (candidate: JudgedCandidate, other: Partial<Rejudgeable> = {}): Rejudgeable => ({
  ...{ stored: true, twin: null },
  ...candidate,
  ...other,
});
const laxer: Gates = { ...gates, version: "laxer", faceSide: 90, shortSide: 200, longSide: 300 };
const small = measured({ faces: [{ score: 0.9, box: [0, 0, 100, 100] }] });

const anyGates: fc.Arbitrary<Gates> = fc
  .record({
    shortSide: fc.integer({ min: 1, max: 2000 }),
    longSide: fc.integer({ min: 1, max: 2000 }),
    faceSide: fc.integer({ min: 1, max: 700 }),
    brisque: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    quality: fc.option(fc.double({ min: 1, max: 5, noNaN: true })),
    fakeness: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    nsfw: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map((moved) => ({ ...gates, ...moved, version: "moved" }));

/** The candidate once what was decided is done. */
function after(candidate: Rejudgeable, becomes: Rejudged): Rejudgeable {
  if (becomes.to === "withdrawn") return { ...candidate, kept: false, reason: becomes.reason };
  if (becomes.to === "returned") return { ...candidate, kept: true, reason: null };
  if (becomes.to === "admitted") return { ...candidate, kept: true, reason: null, assetId: `asset-${candidate.id}` };
  return "reason" in becomes ? { ...candidate, reason: becomes.reason } : candidate;
}

describe("judging again", () => {
  it("says of every measurement what judging it fresh says", () => {
    fc.assert(
      fc.property(anyJudged, anyGates, (candidates, moved) => {
        for (const candidate of candidates.map((one) => over(one))) {
          const becomes = rejudge(candidate, moved);
          const fresh = candidate.measured && firstDrop(candidate.measured, moved, candidate.cuts);
          if (fresh) expect(becomes).toMatchObject({ reason: fresh });
          else expect(["kept", "returned", "admitted", "measured", "fetched"]).toContain(becomes.to);
        }
      }),
    );
  });

  it("changes nothing the second time, and moving back and forth ends where it began", () => {
    fc.assert(
      fc.property(anyJudged, anyGates, (candidates, moved) => {
        for (const candidate of candidates.map((one) => over(one))) {
          const once = rejudge(candidate, moved);
          if (once.to === "measured" || once.to === "fetched") continue;
          const then = after(candidate, once);
          expect(["kept", "dropped", "unjudged"]).toContain(rejudge(then, moved).to);
          const back = after(then, rejudge(then, gates));
          expect([back.kept, back.reason]).toEqual([candidate.kept, candidate.reason]);
        }
      }),
    );
  });

  it("takes back the asset that it withdrew", () => {
    const dropped = judged("a", small, { kept: false, reason: "small-face", assetId: "asset-a" });
    expect(rejudge(over(dropped), laxer)).toEqual({ to: "returned", by: "face-size" });
  });

  it("sends through the filter what is stored, and through the fetch what is not", () => {
    expect(rejudge(over(judged("a", small)), laxer)).toEqual({ to: "admitted", by: "face-size" });
    const header = judged("b", { width: 300, height: 400, models: [] });
    expect(rejudge(over(header, { stored: false }), laxer)).toEqual({ to: "fetched" });
    expect(rejudge(over(header), laxer)).toEqual({ to: "measured" });
  });

  it("leaves a near duplicate out as long as the other one is in the pool, or will be", () => {
    const near = judged("a", measured(), { kept: false, reason: "near-duplicate", assetId: null });
    const twin = { id: "t", sourceId: "street", measured: measured(), cuts: {} };
    const rejudged = (other: object) => rejudge(over(near, { twin: { ...twin, ...other } }), gates);
    expect(rejudged({})).toEqual({ to: "dropped", reason: "near-duplicate" });
    const tight = { ...gates, faceSide: 700 };
    const tighter = rejudge(over(near, { twin }), tight);
    expect(tighter).toEqual({ to: "dropped", reason: "small-face" });
    expect(rejudge(after(over(near, { twin }), tighter), gates)).toEqual({ to: "dropped", reason: "near-duplicate" });
    expect(rejudged({ measured: small })).toEqual({ to: "admitted", by: undefined });
  });

  it("leaves alone what was not measured, and what other candidates are judged for", () => {
    expect(rejudge(over({ ...judged("a"), measured: undefined, reason: "unmeasurable" }), laxer).to).toBe("unjudged");
    expect(rejudge(over({ ...judged("a", small), reason: "duplicate" }), laxer).to).toBe("unjudged");
  });

  it("counts what changes by gate and by source", () => {
    const counts = collectRejudged(laxer);
    const all = [
      over(judged("a")),
      over(judged("b", small)),
      over(judged("c", small, { sourceId: "studio" })),
      over(judged("d", { width: 300, height: 400, models: [] }), { stored: false }),
      over({ ...judged("e", measured({ brisque: 90 })), kept: true, reason: null, assetId: "asset-e" }),
    ];
    for (const candidate of all) counts.add(candidate, rejudge(candidate, laxer));
    expect(counts.close()).toEqual({
      ...{ judged: 5, newlyKept: 2, newlyDropped: 1, toMeasure: 0, toFetch: 1, unmeasured: 0 },
      byGate: [
        { gate: "face-size", newlyKept: 2, newlyDropped: 0 },
        { gate: "quality", newlyKept: 0, newlyDropped: 1 },
      ],
      bySource: [
        { source: "street", newlyKept: 1, newlyDropped: 1 },
        { source: "studio", newlyKept: 1, newlyDropped: 0 },
      ],
    });
  });
});
