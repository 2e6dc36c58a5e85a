import { gates } from "@anyone/domain/filter/gate";
import { detailDistance } from "@anyone/domain/filter/pool";
import { drawPerson } from "@anyone/drawn-world/draw-person";
import { detailHash, hashDetail } from "@anyone/vision/detail-hash";
import { greyOf } from "@anyone/vision/grey";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";

async function hashOf(jpeg: Uint8Array, change: (image: Sharp) => Sharp = (image) => image) {
  const changed = await change(sharp(jpeg)).jpeg().toBuffer();
  const { data, info } = await sharp(changed).resize(480).raw().toBuffer({ resolveWithObject: true });
  return detailHash(greyOf({ data, width: info.width, height: info.height }));
}

describe("the finer hash", () => {
  it("of a wave of one frequency across and one down has its largest coefficient there", () => {
    const wave = (k: number, n: number) => Math.cos((Math.PI * k * (2 * n + 1)) / 128);
    const grey = Uint8Array.from({ length: 4096 }, (_, i) => 128 + 100 * wave(3, i % 64) * wave(5, i >> 6));
    // Row 5, column 3, counted from one: bit 4 · 16 + 2.
    const bit = (hash: Uint8Array, at: number) => ((hash[at >> 3] as number) >> (7 - (at & 7))) & 1;
    expect(bit(hashDetail(grey), 66)).toBe(1);
    expect(bit(hashDetail(grey.map((level) => 255 - level)), 66)).toBe(0);
  });

  it("confirms a drawn person's second take and re-encodings, and no other person of the same pose", async () => {
    const framing = "portrait";
    for (const seed of [601, 611, 621]) {
      const { jpeg } = await drawPerson(seed, { framing });
      const again = await drawPerson(seed + 1, { framing, defect: "near-duplicate", duplicateOf: seed });
      const other = await drawPerson(seed + 2, { framing });
      const own = await hashOf(jpeg);
      const same = [
        await hashOf(again.jpeg),
        await hashOf(jpeg, (image) => image.resize(300)),
        await hashOf(jpeg, (image) => image.modulate({ brightness: 1.1 })),
      ];
      for (const one of same) expect(detailDistance(own, one)).toBeLessThanOrEqual(gates.sameDetail);
      expect(detailDistance(own, await hashOf(other.jpeg))).toBeGreaterThan(gates.sameDetail);
    }
  });
});
