import { describe, expect, it } from "vitest";
import { reportTable } from "./filter.ts";

const counted = (gate: string, says: string, count: number) => ({ sourceId: "street", gates: "2", gate, says, count });

describe("the filter's report", () => {
  it("shows for each gate, in the filter's order, what it drops of what it judged, and what it did not judge", () => {
    const text = reportTable([
      counted("watermark", "unavailable", 100),
      counted("person", "passes", 30),
      counted("person", "no-person", 6),
      counted("person", "several-persons", 4),
      counted("person", "unmeasured", 60),
      counted("size", "too-small", 60),
      counted("size", "passes", 40),
    ]);
    expect(text.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["source", "thresholds", "gate", "passes", "drops", "of judged", "why", "not judged"],
      ["street", "2", "size", "40", "60", "60.0 %", "60 too-small"],
      ["street", "2", "person", "30", "10", "25.0 %", "6 no-person, 4 several-persons", "60 unmeasured"],
      ["street", "2", "watermark", "0", "0", "–", "100 unavailable"],
    ]);
  });
});
