import { array, assert, bigInt, integer, property, uniqueArray } from "fast-check";
import { describe, expect, it } from "vitest";
import { FARTHEST, hammingDistance, hashIndex } from "./hash-index.ts";

const hash = bigInt({ min: 0n, max: 2n ** 64n - 1n });
const flips = uniqueArray(integer({ min: 0, max: 63 }), { maxLength: 9 });
const turned = (start: bigint, bits: readonly number[]) => bits.reduce((h, bit) => h ^ (1n << BigInt(bit)), start);

describe("the index of hashes", () => {
  it("finds exactly what comparing with every hash finds, each once, the nearest first", () => {
    assert(
      property(hash, array(flips, { maxLength: 40 }), array(hash, { maxLength: 20 }), (asked, near, others) => {
        const hashes = [...near.map((bits) => turned(asked, bits)), ...others];
        const index = hashIndex();
        for (const [number, one] of hashes.entries()) index.add(one, number);
        for (let bits = 0; bits <= FARTHEST; bits++) {
          const byHand = hashes
            .map((one, number) => ({ number, distance: hammingDistance(asked, one) }))
            .filter(({ distance }) => distance <= bits)
            .sort((a, b) => a.distance - b.distance || a.number - b.number);
          expect(index.within(asked, bits)).toEqual(byHand);
        }
      }),
    );
  });

  it("finds all of a bucket that has grown over many blocks and pages", () => {
    const index = hashIndex();
    const count = 70_000;
    for (let number = 0; number < count; number++) index.add(42n, number);
    expect(index.within(43n, 1).map(({ number }) => number)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(index.size).toBe(count);
  });

  it("takes a hash and its signed form, as the database stores it, for the same", () => {
    assert(
      property(hash, (one) => {
        const index = hashIndex();
        index.add(BigInt.asIntN(64, one), 7);
        expect(index.within(one, 0)).toEqual([{ number: 7, distance: 0 }]);
      }),
    );
  });

  it("keeps numbers up to 2³² − 1, and says how far it can look", () => {
    const index = hashIndex();
    index.add(1n, 2 ** 32 - 1);
    expect(index.within(1n, 0)).toEqual([{ number: 2 ** 32 - 1, distance: 0 }]);
    expect(() => index.within(1n, 8)).toThrow("within 7 bits, not 8");
  });
});

describe("the distance of two hashes", () => {
  it("is the number of bits that were turned", () => {
    assert(
      property(hash, flips, (one, bits) => {
        expect(hammingDistance(one, turned(one, bits))).toBe(bits.length);
      }),
    );
  });
});
