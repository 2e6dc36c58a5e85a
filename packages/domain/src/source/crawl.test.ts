import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FETCH_CHUNK, roomFor } from "./crawl.ts";

const counts = fc.record({ inFlight: fc.nat(5_000), kept: fc.nat(5_000), lost: fc.nat(5_000) });
const wanted = fc.integer({ min: 1, max: 10_000 });

describe("how many candidates a crawl lists ahead", () => {
  it("is no more than the images wanted before the first verdict", () => {
    fc.assert(
      fc.property(wanted, (n) => {
        expect(roomFor(n, { inFlight: 0, kept: 0, lost: 0 })).toBe(n);
      }),
    );
  });

  it("is none once they are reached, and always some while nothing is on its way and some are wanting", () => {
    fc.assert(
      fc.property(wanted, counts, (n, progress) => {
        const room = roomFor(n, progress);
        if (progress.kept >= n) expect(room).toBe(0);
        else if (progress.inFlight === 0) expect(room).toBeGreaterThanOrEqual(n - progress.kept);
        expect(room === 0 || progress.inFlight === 0 || room >= Math.min(n, FETCH_CHUNK)).toBe(true);
      }),
    );
  });

  it("is never more with more on its way, nor fewer with more that were lost", () => {
    fc.assert(
      fc.property(wanted, counts, fc.nat(500), (n, progress, more) => {
        const room = roomFor(n, { ...progress, inFlight: 0 });
        expect(roomFor(n, { ...progress, inFlight: more })).toBeLessThanOrEqual(room);
        expect(roomFor(n, { ...progress, inFlight: 0, lost: progress.lost + more })).toBeGreaterThanOrEqual(room);
      }),
    );
  });

  it("follows the yield: where 74 of 310 were kept, 426 more take some 1,500 candidates", () => {
    expect(roomFor(500, { inFlight: 0, kept: 74, lost: 236 })).toBe(1474);
    expect(roomFor(null, { inFlight: 9, kept: 0, lost: 0 })).toBe(Number.POSITIVE_INFINITY);
  });
});
