import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proportion } from "./proportion.ts";

describe("a proportion", () => {
  it("has Wilson's interval: 7 of 10 lies between .397 and .892", () => {
    expect(proportion(7, 10)).toEqual({ count: 7, of: 10, share: 0.7, low: 0.3968, high: 0.8922 });
  });

  it("is none of none: no share, and no interval", () => {
    expect(proportion(0, 0)).toEqual({ count: 0, of: 0, share: null, low: null, high: null });
  });

  it("says of nothing out of ten that up to 28 % are possible", () => {
    expect(proportion(0, 10)).toMatchObject({ share: 0, low: 0, high: 0.2775 });
  });

  it("lies in its interval, and that in 0 to 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
        const { share, low, high } = proportion(Math.round(of * part), of);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(share as number);
        expect(high).toBeGreaterThanOrEqual(share as number);
      }),
    );
  });
});
