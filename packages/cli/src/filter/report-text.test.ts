import { describe, expect, it } from "vitest";
import { gatesTable } from "./report-text.ts";

const street = { sourceId: "street", alone: 0, perhaps: 0 };

describe("the filter's report", () => {
  it("shows for each gate what it drops of what it judged, what it did not judge, and what would pass without it", () => {
    const text = gatesTable([
      { ...street, gate: "size", says: { "too-small": 60, passes: 40 }, perhaps: 60 },
      {
        ...street,
        gate: "person",
        says: { passes: 30, "no-person": 6, "several-persons": 4, unmeasured: 60 },
        alone: 7,
      },
      { ...street, gate: "watermark", says: { unavailable: 100 } },
    ]);
    expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["source", "gate", "passes", "drops", "of judged", "why", "not judged", "would pass without it"],
      ["street", "size", "40", "60", "60.0 %", "60 too-small", "0, perhaps 60 more"],
      ["street", "person", "30", "10", "25.0 %", "6 no-person, 4 several-persons", "60 unmeasured", "7"],
      ["street", "watermark", "0", "0", "–", "100 unavailable", "0"],
    ]);
  });
});
