import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { primeHuman } from "../annotate/prime-human.ts";
import { captionTerms, pickRare, termsOf } from "./balance.ts";

const pattern = captionTerms(primeHuman);

describe("the terms of a caption", () => {
  it("are the protocol's words and those that follow each other, within a phrase, as whole words", () => {
    expect(termsOf("A Velvet coat, blue jeans! Scarface at a rally", pattern).sort()).toEqual(
      ["blue", "blue jeans", "coat", "jeans", "velvet", "velvet coat"].sort(),
    );
  });

  it("prefer the longer word", () => {
    expect(termsOf("trench coat", pattern)).toEqual(["trench coat"]);
  });

  it("are none where a caption says nothing of the protocol", () => {
    expect(termsOf("IMG_2034 (1)", pattern)).toEqual([]);
  });
});

describe("picking what is rare", () => {
  it("takes each rare thing before the second common one", () => {
    const captions = ["black t-shirt", "black t-shirt", "red kimono", "black t-shirt", "beret"];
    expect(pickRare(captions, 3, pattern)).toEqual([0, 2, 4]);
    expect(pickRare(captions, 4, pattern)).toEqual([0, 1, 2, 4]);
  });

  it("leaves the silent their share", () => {
    const captions = ["IMG_1", "black t-shirt", undefined, "black t-shirt", "IMG_2", "red kimono", "", "beret"];
    expect(pickRare(captions, 4, pattern)).toEqual([1, 2, 5, 6]);
    expect(pickRare(captions.slice(0, 3), 2, pattern)).toEqual([1, 2]);
    expect(pickRare([undefined, ""], 2, pattern)).toEqual([0, 1]);
  });

  it("never picks twice, never more than there is, and the same each time", () => {
    const caption = fc.option(fc.constantFrom("velvet coat", "red coat", "beret", "wool beret, plaid skirt", ""), {
      nil: undefined,
    });
    fc.assert(
      fc.property(fc.array(caption, { maxLength: 30 }), fc.nat(40), (captions, count) => {
        const picked = pickRare(captions, count, pattern);
        expect(new Set(picked).size).toBe(Math.min(count, captions.length));
        expect(pickRare(captions, count, pattern)).toEqual(picked);
      }),
    );
  });
});
