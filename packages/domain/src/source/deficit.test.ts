import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOT_ASKED, NOT_VISIBLE, OTHER, UNSURE } from "../annotate/answer.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import { categoryOf } from "../annotate/protocol.ts";
import { type AnswerCount, findLacks, floorOf, sourceWeights, weightsOf } from "./deficit.ts";
import { searchWords } from "./search-words.ts";

const hat = categoryOf(primeHuman, "hat.type");

/** So many assets of a source for each named answer to `hat.type`. */
const hats = (counts: Record<string, number>, sourceId = "flickr"): AnswerCount[] =>
  Object.entries(counts).map(([option, count]) => ({
    sourceId,
    index: hat.index,
    value: hat.options.indexOf(option),
    count,
  }));

/** Some assets for each option of hats, by two sources. */
const anyPool = fc
  .array(fc.tuple(fc.constantFrom("flickr", "laion"), fc.constantFrom(...hat.options), fc.nat(60)), { maxLength: 30 })
  .map((all) => all.flatMap(([source, option, count]) => hats({ [option]: count }, source)));

describe("what the pool lacks", () => {
  it("are options of which it has fewer than half of an even share, never the one that is absent", () => {
    const lacks = findLacks(primeHuman, hats({ none: 180, hat: 10, beret: 4, fedora: 6 }), ["flickr"]);
    expect(floorOf(200, hat.options.length)).toBe(10);
    expect(lacks.map(({ option }) => option)).not.toContain("none");
    expect(lacks.map(({ option }) => option)).not.toContain("hat");
    expect(lacks.find(({ option }) => option === "beret")).toMatchObject({
      category: "hat.type",
      have: 4,
      want: 10,
      query: "person beret",
    });
    // Six options have none at all, berets lack 0.6 and fedoras 0.4 of theirs.
    expect(lacks.find(({ option }) => option === "beret")?.weight).toBeCloseTo(0.6 / 7, 10);
    expect(lacks.at(-1)?.option).toBe("fedora");
  });

  it("is counted over assets that show the place: what was not asked, not visible or unsure says nothing of it", () => {
    const index = hat.index;
    const unsaid = [NOT_ASKED, NOT_VISIBLE, UNSURE].map((value) => ({ sourceId: "a", index, value, count: 9_000 }));
    expect(findLacks(primeHuman, [...hats({ none: 19 }), ...unsaid], [])).toEqual([]);
    const other = { sourceId: "a", index, value: OTHER, count: 1 };
    expect(findLacks(primeHuman, [...hats({ none: 19 }), other], [])).toHaveLength(hat.options.length - 1);
  });

  it("has weights that sum to 1, the more the larger a shortfall is in relation to what is wanted", () => {
    fc.assert(
      fc.property(anyPool, (counts) => {
        const lacks = findLacks(primeHuman, counts, []);
        const sum = lacks.reduce((total, { weight }) => total + weight, 0);
        if (lacks.length > 0) expect(sum).toBeCloseTo(1, 9);
        for (const one of lacks) {
          expect(one.have).toBeLessThan(one.want);
          for (const other of lacks) if (one.have < other.have) expect(one.weight).toBeGreaterThan(other.weight);
        }
      }),
    );
  });

  it("never asks more of an option for having more of it in place of another", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.integer({ min: 200, max: 900 }), (berets, more, none) => {
        const weight = (extra: number) =>
          findLacks(primeHuman, hats({ none: none - extra, beret: berets + extra }), []).find(
            ({ option }) => option === "beret",
          )?.weight ?? 0;
        expect(weight(more)).toBeLessThanOrEqual(weight(0));
      }),
    );
  });

  it("knows which source brings an option most often, and takes a new one for as good as the pool", () => {
    const counts = [...hats({ none: 95, beret: 5 }), ...hats({ none: 100 }, "laion")];
    const beret = findLacks(primeHuman, counts, ["new"]).find(({ option }) => option === "beret");
    expect(beret?.sources).toEqual([
      { sourceId: "flickr", brought: 5, rate: 5.25 / 110 },
      { sourceId: "new", brought: 0, rate: 5 / 200 },
      { sourceId: "laion", brought: 0, rate: 0.25 / 110 },
    ]);
  });
});

describe("weights", () => {
  it("sum to 1, and are the same for all where nothing lacks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }),
        (amounts) => {
          expect(weightsOf(amounts).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        },
      ),
    );
    expect(weightsOf([0, 0, 0, 0])).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(sourceWeights([], ["a", "b"])).toEqual([0.5, 0.5]);
  });

  it("of sources grow with what they brought of what lacks", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(8), (ofFlickr, ofLaion) => {
        const counts = [
          ...hats({ none: 200 - ofFlickr, beret: ofFlickr }),
          ...hats({ none: 200 - ofLaion, beret: ofLaion }, "laion"),
        ];
        const [flickr = 0, laion = 0] = sourceWeights(findLacks(primeHuman, counts, []), ["flickr", "laion"]);
        expect(flickr + laion).toBeCloseTo(1, 9);
        expect(Math.sign(flickr - laion)).toBe(Math.sign(ofFlickr - ofLaion));
      }),
    );
  });
});

describe("the words that an option is searched by", () => {
  const words = (id: string, option: string) => searchWords(primeHuman, categoryOf(primeHuman, id), option);

  it.each([
    ["special.type", "kimono", "person kimono"],
    ["special.type", "abaya or thobe", "person abaya"],
    ["coat.material", "velvet", "person velvet coat"],
    ["one_piece.pattern", "floral", "person floral one piece"],
    ["headscarf.wears", "yes", "person headscarf"],
    ["scene.background", "a city street", "person city street"],
    ["frame.shot", "full_body", "person full-body shot"],
  ])("are those that people write: %s %s", (id, option, expected) => {
    expect(words(id, option)).toBe(expected);
  });

  it("are none for what is absent, what nobody writes, and what people are", () => {
    expect(words("hat.type", "none")).toBeNull();
    expect(words("tie.wears", "no")).toBeNull();
    expect(words("top.pattern", "solid color")).toBeNull();
    expect(words("person.age", "toddler")).toBeNull();
    expect(words("person.country", "Asian")).toBeNull();
  });

  it("fit the shortest field of a photo site, and are the option's own", () => {
    for (const category of primeHuman.categories) {
      const all = category.options.map((option) => words(category.id, option)).filter((query) => query !== null);
      expect(new Set(all).size).toBe(all.length);
      for (const query of all) expect(query.length).toBeLessThanOrEqual(100);
    }
  });
});
