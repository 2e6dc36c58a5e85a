import { describe, expect, it } from "vitest";
import { staleText } from "./refresh.ts";

const items = [
  { sourceId: "street", count: 1200, oldest: null },
  { sourceId: "studio", count: 30, oldest: "2026-10-01T08:00:00.000Z" },
];

describe("a dry run of a refresh", () => {
  it("tells how many pictures would be asked about, of which sources, and since when", () => {
    expect(staleText({ items }, { olderThanDays: 30 }).split("\n")).toEqual([
      "1230 pictures would be asked about. Nobody was asked.",
      "source  pictures  least lately asked",
      "street      1200  never",
      "studio        30  2026-10-01T08:00:00.000Z",
    ]);
    expect(staleText({ items }, { olderThanDays: 30, most: 100 })).toContain(
      "100 pictures would be asked about, those asked about least lately of 1230. Nobody was asked.",
    );
  });

  it("says when there is nobody to ask", () => {
    expect(staleText({ items: [] }, { olderThanDays: 30 })).toBe(
      "No picture was last asked about more than 30 days ago: there is nobody to ask.",
    );
  });
});
