import { describe, expect, it } from "vitest";
import { refreshText, staleText } from "./refresh.ts";

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

describe("what the pool's refresh says of itself", () => {
  it("is when the next begins, and what is out of the pool", () => {
    const left = [
      { reason: "opted-out", count: 12 },
      { reason: "dead-link", count: 3 },
    ] as const;
    expect(refreshText({ everyDays: 7, nextAt: "2026-12-03T08:00:00.000Z", left: [...left] })).toBe(
      "The pool is refreshed by itself every 7 days, not before 2026-12-03T08:00:00.000Z. Out of it for what was found: 12 opted-out, 3 dead-link.",
    );
    expect(refreshText({ everyDays: 0, nextAt: null, left: [] })).toBe(
      "The pool is never refreshed by itself (setting pool.refresh). Nothing is out of it for what was found.",
    );
  });
});
