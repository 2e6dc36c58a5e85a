import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIAL_WORDS, spokenThreshold } from "./dial-words.ts";
import { DIALS } from "./dials.ts";
import { gates } from "./gate.ts";
import { firstDrop } from "./judge.ts";
import { anyJudged, judged, measured } from "./judged.fixture.ts";
import { changeOver, positionsOf, summedBins } from "./moved-dial.ts";
import { collectReport } from "./report.ts";
import type { JudgedCandidate } from "./stored.ts";

function histogramsOf(candidates: readonly JudgedCandidate[]) {
  const collector = collectReport(gates);
  for (const candidate of candidates) collector.add(candidate);
  return collector.close(() => "").histograms;
}

describe("a dial that is moved", () => {
  it("lets in and puts out, at every position it has, what judging all of them again would", () => {
    fc.assert(
      fc.property(anyJudged, fc.nat(), (candidates, pick) => {
        for (const histogram of histogramsOf(candidates)) {
          const positions = positionsOf(histogram);
          const moved = positions[pick % positions.length] ?? null;
          const under = { ...gates, [histogram.dial]: moved };
          const outcomes = candidates.flatMap(({ measured: m, cuts }) =>
            m ? [{ before: firstDrop(m, gates, cuts), after: firstDrop(m, under, cuts) }] : [],
          );
          const { admitted, perhaps, withdrawn } = changeOver(histogram, moved);
          expect(admitted + perhaps).toBe(outcomes.filter(({ before, after }) => before && !after).length);
          expect(withdrawn).toBe(outcomes.filter(({ before, after }) => !before && after).length);
        }
      }),
    );
  });

  it("stands at the threshold in force first, where nothing changes", () => {
    for (const histogram of histogramsOf([
      judged("a"),
      judged("b", measured({ quality: 4, nsfw: 0.2, aesthetic: 5 })),
    ])) {
      expect(positionsOf(histogram)).toContain(histogram.threshold);
      expect(changeOver(histogram, histogram.threshold)).toEqual({ admitted: 0, perhaps: 0, withdrawn: 0 });
    }
  });

  it("ends where everything passes on the one side, and inside its scale on the other", () => {
    const ends = Object.fromEntries(
      histogramsOf([judged("a")]).map((one) => [one.dial, [positionsOf(one)[0], positionsOf(one).at(-1)]]),
    );
    expect(ends).toMatchObject({ faceSide: [0, 784], brisque: [-17, null], faceCleanness: [null, 0.98] });
  });

  it("has bins over all sources whose sum is every score", () => {
    fc.assert(
      fc.property(anyJudged, (candidates) => {
        for (const histogram of histogramsOf(candidates)) {
          const dial = DIALS.find(({ key }) => key === histogram.dial);
          const scored = candidates.filter(({ measured: m }) => m && dial?.score(m, gates) !== undefined).length;
          const bins = summedBins(histogram);
          expect(bins.reduce((sum, { all }) => sum + all, 0)).toBe(scored);
          expect(bins.every(({ all, decided }) => decided <= all)).toBe(true);
        }
      }),
    );
  });

  it("is spoken of with its unit, and every dial has a name", () => {
    expect([spokenThreshold("faceSide", 224), spokenThreshold("brisque", 49), spokenThreshold("nsfw", null)]).toEqual([
      "224 px",
      "49 points",
      "off",
    ]);
    expect(new Set(Object.values(DIAL_WORDS).map(({ name }) => name)).size).toBe(DIALS.length);
  });
});
