import { assert, bigInt, integer, property, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { bandKeys, hammingDistance, placeInPool } from "./pool.ts";

const rule = { sameBits: 4, groupBits: 7 };

describe("a new asset's place in the pool", () => {
  it("is a group of its own when nothing looks like it", () => {
    expect(placeInPool("b", [], rule)).toEqual({ groupId: "b" });
    expect(placeInPool("b", [{ assetId: "a", groupId: "a", distance: 8 }], rule)).toEqual({ groupId: "b" });
  });

  it("is nowhere when an asset is almost the same picture", () => {
    expect(placeInPool("b", [{ assetId: "a", groupId: "x", distance: 4 }], rule)).toEqual({ duplicateOf: "a" });
  });

  it("is the group of the most similar asset when it is alike but not the same", () => {
    const alike = [
      { assetId: "a", groupId: "g1", distance: 7 },
      { assetId: "c", groupId: "g2", distance: 5 },
    ];
    expect(placeInPool("b", alike, rule)).toEqual({ groupId: "g2" });
  });
});

describe("the keys a hash is looked up by", () => {
  const hash = bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const flips = uniqueArray(integer({ min: 0, max: 63 }), { minLength: 0, maxLength: 7 });

  it("meet every hash within seven bits in one of its bands", () => {
    assert(
      property(hash, flips, (a, bits) => {
        const b = bits.reduce((h, bit) => h ^ (1n << BigInt(bit)), a);
        expect(hammingDistance(a, b)).toBe(bits.length);
        const filed = [0, 1, 2, 3].map((band) => band * 65_536 + Number((b >> BigInt(48 - 16 * band)) & 0xffffn));
        const keys = new Set(bandKeys(a));
        expect(filed.some((key) => keys.has(key))).toBe(true);
      }),
    );
  });

  it("are the same for a hash and its signed form, as the database stores it", () => {
    assert(
      property(hash, (h) => {
        expect(bandKeys(BigInt.asIntN(64, h))).toEqual(bandKeys(h));
      }),
    );
  });
});
