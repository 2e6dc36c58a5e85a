import { describe, expect, it } from "vitest";
import { detailDistance, placeInPool } from "./pool.ts";

const rule = { sameBits: 4, sameDetail: 31, groupBits: 7 };
const detail = 10;

describe("a new asset's place in the pool", () => {
  it("is a group of its own when nothing looks like it", () => {
    expect(placeInPool("b", [], rule)).toEqual({ groupId: "b" });
    expect(placeInPool("b", [{ assetId: "a", groupId: "a", distance: 8, detail }], rule)).toEqual({ groupId: "b" });
  });

  it("is nowhere when an asset is almost the same picture, by both hashes", () => {
    expect(placeInPool("b", [{ assetId: "a", groupId: "x", distance: 4, detail: 31 }], rule)).toEqual({
      duplicateOf: "a",
    });
  });

  it("is beside an asset that only looks the same from afar", () => {
    expect(placeInPool("b", [{ assetId: "a", groupId: "x", distance: 0, detail: 32 }], rule)).toEqual({ groupId: "x" });
  });

  it("is nowhere when the second nearest asset is the one that is the same", () => {
    const alike = [
      { assetId: "a", groupId: "x", distance: 2, detail: 90 },
      { assetId: "c", groupId: "y", distance: 3, detail: 5 },
    ];
    expect(placeInPool("b", alike, rule)).toEqual({ duplicateOf: "c" });
  });

  it("rests on the 64 bits alone where an asset has no finer hash", () => {
    expect(placeInPool("b", [{ assetId: "a", groupId: "x", distance: 4, detail: null }], rule)).toEqual({
      duplicateOf: "a",
    });
  });

  it("is the group of the most similar asset when it is alike but not the same", () => {
    const alike = [
      { assetId: "a", groupId: "g1", distance: 7, detail },
      { assetId: "c", groupId: "g2", distance: 5, detail },
    ];
    expect(placeInPool("b", alike, rule)).toEqual({ groupId: "g2" });
  });
});

describe("the distance of two finer hashes", () => {
  it("is the number of differing bits", () => {
    const hash = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
    expect(detailDistance(hash, hash)).toBe(0);
    expect(
      detailDistance(
        hash,
        hash.map((byte) => byte ^ 0b101),
      ),
    ).toBe(64);
  });
});
