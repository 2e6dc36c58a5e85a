import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateCrawl } from "./estimate.ts";
import { SourceSettings } from "./source.ts";

const flickr = SourceSettings.parse({ kind: "flickr" });

describe("what a crawl will take", () => {
  it("is told from the source's own yield, its quota and its polite rate", () => {
    const known = { judged: 310, kept: 74, of: "source", bytesPerImage: 800_000 } as const;
    expect(estimateCrawl(flickr, 500, known)).toEqual({
      yield: 99 / 360,
      basis: "74 of 310 judged candidates of this source were kept: 28 % are expected.",
      candidates: 1819,
      apiRequests: 8,
      imageRequests: 1819,
      seconds: 1819,
      bytes: 1_455_200_000,
    });
  });

  it("owns to knowing nothing, and asks no host where files are read", () => {
    const nothing = { judged: 0, kept: 0, of: "nothing", bytesPerImage: null } as const;
    const folder = SourceSettings.parse({ kind: "folder", path: "/data" });
    expect(estimateCrawl(folder, 10, nothing)).toMatchObject({
      basis: "Nothing was judged yet: 50 % are expected to be kept.",
      candidates: 20,
      apiRequests: 0,
      imageRequests: 0,
      seconds: null,
      bytes: null,
    });
  });

  it("is never less for more images or a worse yield", () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.nat(5000),
        fc.integer({ min: 1, max: 9999 }),
        fc.nat(999),
        (kept, lost, limit, more) => {
          const of = (n: number, l: number) =>
            estimateCrawl(flickr, n, { judged: kept + l, kept, of: "source", bytesPerImage: 1 }).candidates;
          expect(of(limit + more, lost)).toBeGreaterThanOrEqual(of(limit, lost));
          expect(of(limit, lost + more)).toBeGreaterThanOrEqual(of(limit, lost));
          expect(of(limit, lost)).toBeGreaterThanOrEqual(limit);
        },
      ),
    );
  });
});
