import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, PLAIN_LENS, panned, through, WHOLE_PICTURE, windowAround, zoomed } from "./crop.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const box = fc
  .tuple(share, share, share, share)
  .map(([a, b, c, d]): Box => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)]);
const shape = fc.double({ min: 0.2, max: 5, noNaN: true });
const framing = fc.record({
  margin: fc.double({ min: 0, max: 1, noNaN: true }),
  least: fc.double({ min: 0.05, max: 1, noNaN: true }),
});
const NEARLY = 1e-9;

describe("the window around a box", () => {
  it("shows all of the box, has the field's shape, and stays inside the picture wherever it fits", () => {
    fc.assert(
      fc.property(box, shape, shape, framing, (around, picture, field, frame) => {
        const seen = windowAround(around, picture, field, frame);
        expect((seen.width * picture) / seen.height).toBeCloseTo(field, 6);
        expect(seen.x).toBeLessThanOrEqual(around[0] + NEARLY);
        expect(seen.y).toBeLessThanOrEqual(around[1] + NEARLY);
        expect(seen.x + seen.width).toBeGreaterThanOrEqual(around[2] - NEARLY);
        expect(seen.y + seen.height).toBeGreaterThanOrEqual(around[3] - NEARLY);
        for (const [at, size] of [
          [seen.x, seen.width],
          [seen.y, seen.height],
        ] as const) {
          if (size > 1) expect(at).toBeCloseTo((1 - size) / 2, 9);
          else expect(at >= 0 && at + size <= 1 + NEARLY).toBe(true);
        }
      }),
    );
  });

  it("is the whole picture, centred, for the whole picture", () => {
    const seen = windowAround(WHOLE_PICTURE, 0.5, 1, { margin: 0, least: 0 });
    expect(seen).toEqual({ x: -0.5, y: 0, width: 2, height: 1 });
  });
});

describe("the lens", () => {
  it("shows a part of the window of the same shape, and all of it when it is back at one", () => {
    const seen = windowAround(WHOLE_PICTURE, 0.5, 1, { margin: 0, least: 0 });
    const closer = through(zoomed(PLAIN_LENS, 2), seen);
    expect([closer.width, closer.height]).toEqual([1, 0.5]);
    expect(zoomed(panned(zoomed(PLAIN_LENS, 2), 0.3, 0.1), 0.1)).toEqual(PLAIN_LENS);
    expect(through(PLAIN_LENS, seen)).toEqual(seen);
  });

  it("moves over the picture and stops at its edge", () => {
    const seen = windowAround(WHOLE_PICTURE, 1, 1, { margin: 0, least: 0 });
    const lens = zoomed(PLAIN_LENS, 4);
    expect(through(panned(lens, 0.5, 0), seen).x).toBeCloseTo(0.5);
    expect(through(panned(lens, 99, 99), seen)).toEqual({ x: 0.75, y: 0.75, width: 0.25, height: 0.25 });
  });
});
