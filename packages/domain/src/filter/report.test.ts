import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "./canonical.ts";
import { DIALS } from "./dials.ts";
import { type Gates, gates } from "./gate.ts";
import { changesAt } from "./histogram.ts";
import { firstDrop, ownVerdicts } from "./judge.ts";
import { anyJudged, judged, measured } from "./judged.fixture.ts";
import { collectReport, type FilterReport } from "./report.ts";
import type { JudgedCandidate } from "./stored.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function reportOn(candidates: readonly JudgedCandidate[], thresholds: Gates = gates): FilterReport {
  const collector = collectReport(thresholds);
  for (const candidate of candidates) collector.add(candidate);
  return collector.close(sha256);
}

const small = { faces: [{ score: 0.9, box: [0, 0, 100, 100] as [number, number, number, number] }] };

describe("the filter's report", () => {
  it("counts what every gate says by itself, and what would pass if it alone were lifted", () => {
    const { gates: counted, sources } = reportOn([
      judged("a"),
      judged("b", measured(small)),
      judged("c", measured({ ...small, brisque: 80 })),
      judged("d", { width: 300, height: 400, models: [] }),
      judged("e", measured(), { kept: false, reason: "near-duplicate" }),
    ]);
    const of = (gate: string) => counted.find((row) => row.gate === gate);
    expect(sources).toEqual([
      { sourceId: "street", candidates: 5, kept: 1, reasons: { "near-duplicate": 1, "small-face": 2, "too-small": 1 } },
    ]);
    expect(of("face-size")).toMatchObject({
      says: { passes: 2, "small-face": 2, unmeasured: 1 },
      alone: 1,
      perhaps: 0,
    });
    expect(of("quality")).toMatchObject({ says: { passes: 3, "low-quality": 1, unmeasured: 1 }, alone: 0 });
    expect(of("size")).toMatchObject({ says: { passes: 4, "too-small": 1 }, alone: 0, perhaps: 1 });
  });

  it("names the few with the least ids of each reason, so that they are the same ones every time", () => {
    const { samples } = reportOn(["9", "3", "7", "1", "8", "2", "6", "5"].map((id) => judged(id, measured(small))));
    expect(samples.map(({ reason, candidates }) => [reason, candidates.map(({ id }) => id)])).toEqual([
      ["small-face", ["1", "2", "3", "5", "6", "7"]],
    ]);
  });

  it("names those first that can be shown", () => {
    const { samples } = reportOn(
      ["1", "2", "3", "4", "5", "6", "7", "8"].map((id) => judged(id, measured(small), { viewable: Number(id) > 4 })),
    );
    expect(samples[0]?.candidates.map(({ id }) => id)).toEqual(["5", "6", "7", "8", "1", "2"]);
  });

  it("never shows as kept what was dropped for a reason that it does not know", () => {
    const { samples, sources } = reportOn([judged("a"), judged("b", measured(), { kept: false, reason: null })]);
    expect(sources[0]).toMatchObject({ kept: 1, reasons: { unknown: 1 } });
    expect(samples.map(({ reason, candidates }) => [reason, candidates.map(({ id }) => id)])).toEqual([
      [null, ["a"]],
      ["unknown", ["b"]],
    ]);
  });

  it("says under which thresholds candidates were decided, others than those in force, too", () => {
    expect(reportOn([judged("a"), judged("b", measured(), { thresholds: "3" })]).decidedBy).toEqual({
      "3": 1,
      [gates.version]: 1,
    });
  });

  it("is the same bytes for the same candidates, in whatever order they come", () => {
    fc.assert(
      fc.property(anyJudged, fc.infiniteStream(fc.nat()), (candidates, numbers) => {
        const mixed = candidates
          .map((candidate) => ({ candidate, place: numbers.next().value }))
          .toSorted((a, b) => a.place - b.place);
        expect(JSON.stringify(reportOn(mixed.map(({ candidate }) => candidate)))).toBe(
          JSON.stringify(reportOn(candidates)),
        );
      }),
    );
  });

  it("has another hash when a threshold is another, or who measured", () => {
    const hash = reportOn([judged("a")]).hash;
    expect(reportOn([judged("a"), judged("b")]).hash).toBe(hash);
    expect(reportOn([judged("a")], { ...gates, faceSide: 200 }).hash).not.toBe(hash);
    const [first, ...others] = measured().models;
    const newer = first ? [{ ...first, version: "2" }, ...others] : [];
    expect(reportOn([judged("a", measured({ models: newer }))]).hash).not.toBe(hash);
  });

  it("counts every candidate once for every gate, and histograms hold every score once", () => {
    fc.assert(
      fc.property(anyJudged, (candidates) => {
        const report = reportOn(candidates);
        for (const { sourceId, says } of report.gates) {
          const total = Object.values(says).reduce((sum, count) => sum + count, 0);
          expect(total).toBe(candidates.filter((one) => one.sourceId === sourceId).length);
        }
        for (const dial of DIALS) {
          const scored = candidates.filter(({ measured: m }) => m && dial.score(m, gates) !== undefined).length;
          const bins = report.histograms.find((one) => one.dial === dial.key)?.sources.flatMap(({ all }) => all) ?? [];
          expect(bins.reduce((sum, count) => sum + count, 0)).toBe(scored);
        }
      }),
    );
  });
});

describe("moving a threshold", () => {
  it("changes exactly those candidates that judging them all again would change", () => {
    fc.assert(
      fc.property(anyJudged, fc.constantFrom(...DIALS), fc.nat(), fc.boolean(), (candidates, dial, pick, off) => {
        const histogram = reportOn(candidates).histograms.find((one) => one.dial === dial.key);
        if (!histogram) return;
        const inner = histogram.edges.slice(1, -1);
        const moved =
          off && gates[dial.key] !== null && !dial.key.endsWith("Side") ? null : (inner[pick % inner.length] ?? 0);
        const under = { ...gates, [dial.key]: moved };
        const became = candidates.flatMap(({ measured: m }) =>
          m ? [{ before: firstDrop(m, gates), after: firstDrop(m, under), m }] : [],
        );
        const admitted = became.filter(({ before, after }) => before && !after);
        const sure = admitted.filter(({ m }) => !Object.values(ownVerdicts(m, under)).includes("unmeasured"));
        const changes = changesAt(histogram, moved);
        const sum = (of: "admitted" | "perhaps" | "withdrawn") =>
          changes.reduce((total, change) => total + change[of], 0);
        expect(sum("withdrawn")).toBe(became.filter(({ before, after }) => !before && after).length);
        expect(sum("admitted")).toBe(sure.length);
        expect(sum("perhaps")).toBe(admitted.length - sure.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("canonical JSON", () => {
  it("is the same text in whatever order the keys were written, inside lists, too", () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: "x" })).toBe('{"a":"x","b":[{"c":null,"d":1}]}');
  });
});
