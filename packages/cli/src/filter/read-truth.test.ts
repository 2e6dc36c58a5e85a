import type { JudgedCandidate } from "@anyone/domain/filter/stored";
import { describe, expect, it } from "vitest";
import { parseTruth, withTruth } from "./read-truth.ts";

const candidate = (id: string): JudgedCandidate => ({
  ...{ id, sourceId: "street", externalId: `x${id}`, url: `https://example.org/${id}.jpg` },
  ...{ assetId: null, viewable: true, kept: false, reason: "small-face", thresholds: "4" },
});

describe("a file of labels", () => {
  it("names candidates by URL, by source and external id, or by id, and takes one reason, many or none", () => {
    const labels = parseTruth(
      [
        '{"url": "https://example.org/1.jpg", "reason": null}',
        '{"source": "street", "externalId": "x2", "reason": ["small-face", "low-quality"]}',
        "",
        '{"id": "3", "reason": "fake-person", "also": "low-quality", "group": "shot"}',
        '{"id": "9", "reason": null}',
      ].join("\n"),
      "labels.jsonl",
    );
    expect(withTruth(["1", "2", "3", "4"].map(candidate), labels).map(({ truth }) => truth)).toEqual([
      { reasons: [], also: [], group: null },
      { reasons: ["small-face", "low-quality"], also: [], group: null },
      { reasons: ["fake-person"], also: ["low-quality"], group: "shot" },
    ]);
    expect(labels.unmatched()).toEqual(["id 9"]);
  });

  it.each([
    ['{"reason": null}', "line 2: names no candidate"],
    ['{"id": "1", "reason": "ugly"}', "line 2, reason: must be null, a reason or a list of reasons: broken-file"],
    ['{"id": "1", "reason": null, "reasn": 1}', "line 2: Unrecognized key"],
    ["{broken", "line 2: "],
  ])("is refused with the line's number: %s", (line, said) => {
    expect(() => parseTruth(`{"id": "1", "reason": null}\n${line}`, "labels.jsonl")).toThrow(`labels.jsonl, ${said}`);
  });
});
