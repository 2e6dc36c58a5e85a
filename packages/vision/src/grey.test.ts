import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { greyOf } from "./grey.ts";

describe("the brightness of a view", () => {
  it("of a grey pixel is its level", () => {
    const data = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
    const { levels, width, height } = greyOf({ data, width: 256, height: 1 });
    expect([...levels]).toEqual(Array.from({ length: 256 }, (_, level) => level));
    expect([width, height]).toEqual([256, 1]);
  });

  it("of colours is what libvips makes of them, but for one level at one pixel in ten thousand", async () => {
    const [width, height] = [512, 256];
    const data = Uint8Array.from(
      { length: width * height * 3 },
      (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255,
    );
    const { levels } = greyOf({ data, width, height });
    const expected = await sharp(data, { raw: { width, height, channels: 3 } })
      .greyscale()
      .raw()
      .toBuffer();
    const off = Array.from(levels, (level, i) => Math.abs(level - (expected[i] as number)));
    expect(off.filter((by) => by > 0).length).toBeLessThan(levels.length / 10_000);
    expect(off.some((by) => by > 1)).toBe(false);
  });
});
