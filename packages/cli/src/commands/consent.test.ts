import { describe, expect, it } from "vitest";
import { evidenceText } from "./consent.ts";

describe("anyone consent show", () => {
  it("tells what stands, what was superseded, who was asked and said nothing, and who was never asked", () => {
    const headers = { signal: "x-robots-tag", place: "headers", readFrom: "https://h/a.jpg" } as const;
    const text = evidenceText({
      candidateId: "c",
      asked: ["robots.txt", "headers"],
      askedAt: "2026-11-26T10:00:00.000Z",
      reservedBy: "x-robots-tag",
      items: [
        { ...headers, stance: "reserves", value: "noai", readAt: "2026-11-26T10:00:00.000Z", stands: true },
        { ...headers, stance: "silent", value: "all", readAt: "2026-10-26T10:00:00.000Z", stands: false },
      ],
    });
    expect(text).toBe(
      [
        "Kept out of training by x-robots-tag.",
        "Last asked 2026-11-26T10:00:00.000Z.",
        "read                      place    signal        means     now         says  from",
        "2026-11-26T10:00:00.000Z  headers  x-robots-tag  reserves  stands      noai  https://h/a.jpg",
        "2026-10-26T10:00:00.000Z  headers  x-robots-tag  silent    superseded  all   https://h/a.jpg",
        "Asked, and nothing was found: robots.txt.",
        "Never asked: tdmrep.json, ai.txt, xmp, c2pa.",
      ].join("\n"),
    );
  });

  it("does not take nobody having asked for nothing being there", () => {
    const text = evidenceText({ candidateId: "c", asked: null, askedAt: null, reservedBy: null, items: [] });
    expect(text).toContain("Nobody was asked about candidate c");
  });
});
