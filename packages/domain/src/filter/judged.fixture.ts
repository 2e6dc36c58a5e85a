import fc from "fast-check";
import type { ModelIdentity } from "../model.ts";
import { gates } from "./gate.ts";
import { firstDrop } from "./judge.ts";
import type { JudgedCandidate } from "./stored.ts";
import { type Measurement, roundedMeasurement } from "./verdict.ts";

export const model = (slot: ModelIdentity["slot"], tier: ModelIdentity["tier"] = "embedded"): ModelIdentity => ({
  ...{ slot, tier, model: `${slot} model`, version: "1", sha256: slot.padEnd(64, "0") },
});

const measuring = [
  model("person"),
  model("face"),
  ...(["preference", "aesthetic", "watermark"] as const).map((slot) => model(slot, "none")),
];

/** A picture of one person that every gate passes, but for what is said otherwise. */
export function measured(other: Partial<Measurement> = {}): Measurement {
  return {
    width: 900,
    height: 1400,
    persons: [{ score: 0.9, box: [100, 100, 800, 1400] }],
    faces: [{ score: 0.9, box: [300, 150, 600, 450] }],
    flatness: 0.1,
    brisque: 20,
    fakeness: 0.05,
    faceCleanness: 0.9,
    models: measuring,
    ...other,
  };
}

/** A candidate as the filter ended it under the thresholds that it brings. */
export function judged(
  id: string,
  measurement: Measurement = measured(),
  other: Partial<JudgedCandidate> = {},
): JudgedCandidate {
  const reason = firstDrop(measurement, gates) ?? null;
  return {
    ...{ id, sourceId: "street", externalId: id, url: `https://example.org/${id}.jpg`, viewable: true },
    ...{ assetId: reason === null ? `asset-${id}` : null, kept: reason === null, reason, thresholds: gates.version },
    measured: measurement,
    ...other,
  };
}

const box = fc
  .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 600 }))
  .map(([x, y, side]): [number, number, number, number] => [x, y, x + side, y + side]);
const found = fc.array(fc.record({ score: fc.double({ min: 0, max: 1, noNaN: true }), box }), { maxLength: 3 });
const score = (max: number) => fc.double({ min: 0, max, noNaN: true });

/** What the filter may have stored: dropped by its header, or decoded, with the scores that happened to be measured. */
export const anyMeasurement: fc.Arbitrary<Measurement> = fc
  .record({
    size: fc.record({ width: fc.integer({ min: 1, max: 2000 }), height: fc.integer({ min: 1, max: 2000 }) }),
    persons: found,
    faces: found,
    cheap: fc.record({ flatness: score(1), brisque: score(100) }),
    dear: fc.record(
      { quality: score(5), fakeness: score(1), nsfw: score(1), aesthetic: score(10) },
      { requiredKeys: [] },
    ),
  })
  .map(({ size, persons, faces, cheap, dear }) => {
    const header: Measurement = { ...size, models: [] };
    const decoded = { ...header, persons, faces, ...cheap, ...dear, models: measuring };
    return roundedMeasurement(firstDrop(header, gates) ? header : decoded);
  });

/** Candidates with ids of their own, from two sources. */
export const anyJudged: fc.Arbitrary<JudgedCandidate[]> = fc
  .array(fc.tuple(anyMeasurement, fc.constantFrom("street", "studio")), { maxLength: 30 })
  .map((all) =>
    all.map(([measurement, sourceId], i) => judged(`c${String(i).padStart(3, "0")}`, measurement, { sourceId })),
  );
