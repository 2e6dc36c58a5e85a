import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answer, type Answers, NOT_ASKED, pack, packAll, readAnswer, unpack, unpackAll } from "./answer.ts";
import { checkRecord } from "./check-record.ts";
import { type PartEvidence, seeParts } from "./evidence.ts";
import { applicable, prune, standings } from "./gates.ts";
import { primeHuman } from "./prime-human.ts";
import { type Category, categoryOf, type Protocol } from "./protocol.ts";

const says = (values: Record<string, string>): Answers =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [id, { value }]));

/** Asks wave by wave, as the labelling page and the annotator do. */
function interview(
  protocol: Protocol,
  evidence: PartEvidence | null,
  reply: (category: Category) => Answer,
): Record<string, Answer> {
  const answers: Record<string, Answer> = {};
  for (
    let wave = applicable(protocol, answers, evidence);
    wave.length > 0;
    wave = applicable(protocol, answers, evidence)
  ) {
    for (const category of wave) answers[category.id] = reply(category);
  }
  return answers;
}

/** Part shares of a picture that shows exactly these parts, none of them cut by the lower border. */
const showing = (parts: number[], atBottom: number[] = []): PartEvidence => ({
  share: Array.from({ length: 18 }, (_, id) => (parts.includes(id) ? 0.05 : 0)),
  touchesBottom: Array.from({ length: 18 }, (_, id) => atBottom.includes(id)),
});

const anyAnswer = (category: Category): fc.Arbitrary<Answer> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...category.options).map((value) => ({ value })) },
    { weight: 1, arbitrary: fc.constantFrom("not_visible", "unsure", "other:a thing").map((value) => ({ value })) },
  );

describe("which questions are asked", () => {
  // The published densities: 17 to 18 attributes for head and shoulders, 28 to 30 for a full body with top, bottom and
  // boots, 34 to 36 with an outer layer. The lower number is without, the upper with printed garments.
  const dressed = { "top.type": "shirt", "bottom.type": "jeans", "shoes.type": "boots" };
  const printed = { "top.pattern": "graphic", "bottom.pattern": "printed" };
  it.each([
    [
      "a head-and-shoulders photograph with one top",
      [0, 2, 4, 11],
      { "frame.shot": "portrait", "top.type": "shirt" },
      17,
    ],
    [
      "the same with a motif",
      [0, 2, 4, 11],
      { "frame.shot": "portrait", "top.type": "shirt", "top.pattern": "graphic" },
      18,
    ],
    ["a full-body photograph with top, bottom and boots", [0, 2, 4, 6, 9, 10, 11, 14, 15], dressed, 28],
    ["the same with two motifs", [0, 2, 4, 6, 9, 10, 11, 14, 15], { ...dressed, ...printed }, 30],
    ["the same under a plain coat", [0, 2, 4, 6, 9, 10, 11], { ...dressed, "coat.type": "jacket" }, 34],
    ["all of it", [0, 2, 4, 6, 9, 10, 11], { ...dressed, ...printed, "coat.type": "jacket" }, 36],
  ])("fills in %s the published number of attributes", (_, parts, worn: Record<string, string>, expected) => {
    const answers = interview(primeHuman, showing(parts), ({ id, options, absent }) => ({
      value: worn[id] ?? absent ?? options[0] ?? "",
    }));
    const filled = Object.entries(answers).filter(([id, { value }]) => value !== categoryOf(primeHuman, id).absent);
    expect(filled.length).toBe(expected);
  });

  it("asks a child only after its parent's positive answer", () => {
    const next = (answers: Record<string, string>) => applicable(primeHuman, says(answers), null).map(({ id }) => id);
    expect(next({})).not.toContain("coat.color");
    expect(next({ "coat.type": "none" })).not.toContain("coat.color");
    expect(next({ "coat.type": "not_visible" })).not.toContain("coat.color");
    expect(next({ "coat.type": "jacket" })).toContain("coat.color");
    expect(next({ "coat.type": "other:toga" })).toContain("coat.color");
    expect(next({ "coat.type": "jacket" })).not.toContain("coat.graphic");
    expect(next({ "coat.type": "jacket", "coat.pattern": "graphic" })).toContain("coat.graphic");
  });

  it("asks a bald head for neither hair colour nor hair length", () => {
    const next = (style: string) => applicable(primeHuman, says({ "hair.style": style }), null).map(({ id }) => id);
    expect(next("bald").filter((id) => id.startsWith("hair."))).toEqual([]);
    expect(next("bob").filter((id) => id.startsWith("hair."))).toEqual(["hair.color", "hair.length"]);
  });

  it("does not ask for a top under a saree, nor for trousers under a dress unless they show below it", () => {
    const open = (answers: Record<string, string>, evidence: PartEvidence | null) =>
      standings(primeHuman, says({ "frame.shot": "full_body", ...answers }), evidence);
    const standing = (id: string, answers: Record<string, string>, evidence: PartEvidence | null = null) =>
      open(answers, evidence)[categoryOf(primeHuman, id).index];
    expect(standing("top.type", { "special.type": "saree" })).toBe("closed");
    expect(standing("top.type", { "special.type": "none" })).toBe("open");
    expect(standing("bottom.type", { "special.type": "uniform", "one_piece.type": "none" })).toBe("open");
    expect(standing("bottom.type", { "special.type": "none", "one_piece.type": "dress" }, showing([7, 11]))).toBe(
      "closed",
    );
    expect(standing("bottom.type", { "special.type": "none", "one_piece.type": "dress" }, showing([6, 7, 11]))).toBe(
      "open",
    );
    expect(standing("bottom.type", { "special.type": "none" })).toBe("waiting");
  });

  it("does not ask for the length of a garment that the lower border cuts", () => {
    const answers = says({ "special.type": "none", "top.type": "shirt" });
    const asks = (evidence: PartEvidence | null) =>
      applicable(primeHuman, answers, evidence).some(({ id }) => id === "top.top_length");
    expect([asks(showing([4])), asks(showing([4], [4])), asks(null)]).toEqual([true, false, true]);
  });

  it("forgets the children of a parent whose answer changed, down to the last", () => {
    const answers = says({
      "special.type": "none",
      "top.type": "none",
      "top.pattern": "graphic",
      "top.graphic": "a tiger",
    });
    expect(Object.keys(prune(primeHuman, answers, null))).toEqual(["special.type", "top.type"]);
  });

  it("never lets an interview end in an orphan, whatever is answered and seen", () => {
    const evidence = fc.option(
      fc.record({
        share: fc.array(fc.double({ min: 0, max: 0.1, noNaN: true }), { minLength: 18, maxLength: 18 }),
        touchesBottom: fc.array(fc.boolean(), { minLength: 18, maxLength: 18 }),
      }),
    );
    fc.assert(
      fc.property(evidence, fc.gen(), (seen, gen) => {
        const answers = interview(primeHuman, seen, (category) => gen(anyAnswer, category));
        expect(
          checkRecord(primeHuman, answers).filter(({ rule }) => rule === "orphan" || rule === "bald-has-no-hair"),
        ).toEqual([]);
        expect(prune(primeHuman, answers, seen)).toEqual(answers);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a record's consistency", () => {
  const rules = (answers: Record<string, string>) => checkRecord(primeHuman, says(answers)).map(({ rule }) => rule);

  it("calls a child without its parent an orphan", () => {
    expect(rules({ "shoes.type": "loafers", "shoes.boots_length": "ankle boots" })).toEqual(["orphan"]);
    expect(rules({ "top.color": "red" })).toEqual(["orphan"]);
  });

  it("knows that a bald head has no hair", () => {
    expect(rules({ "hair.style": "bald", "hair.length": "above chin" })).toEqual(["bald-has-no-hair"]);
  });

  it("allows two head coverings and no third", () => {
    const two = { "hat.type": "beret", "veil.wears": "yes" };
    expect(rules(two)).toEqual([]);
    expect(rules({ ...two, "headband.wears": "yes" })).toEqual(["two-head-coverings"]);
  });

  it("warns about a dress over trousers and about no lower garment at all", () => {
    const full = { "frame.shot": "full_body", "special.type": "none" };
    expect(checkRecord(primeHuman, says({ ...full, "one_piece.type": "jumpsuit" }))).toEqual([]);
    expect(rules({ ...full, "one_piece.type": "none", "bottom.type": "none" })).toEqual(["no-lower-garment"]);
  });

  it("refuses a value outside the answer list and a category outside the protocol", () => {
    expect(rules({ "person.age": "ancient" })).toEqual(["illegal-answer"]);
    expect(rules({ "shoe.size": "44" })).toEqual(["unknown-category"]);
  });
});

describe("packed answers", () => {
  const answerOf = (category: Category) =>
    category.arity === "two"
      ? fc.oneof(
          anyAnswer(category),
          fc
            .shuffledSubarray([...category.options], { minLength: 2, maxLength: 2 })
            .map(([value, second]) => ({ value: value ?? "", second })),
        )
      : anyAnswer(category);

  it("come back as they went in, in every category, within a smallint", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...primeHuman.categories).chain((c) => fc.tuple(fc.constant(c), answerOf(c))),
        ([category, answer]) => {
          const packed = pack(category, answer);
          expect(packed).toBeGreaterThanOrEqual(-32_768);
          expect(packed).toBeLessThanOrEqual(32_767);
          expect(unpack(category, packed, "a thing")).toEqual(answer);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("hold a whole image in protocol order", () => {
    const answers = says({ "frame.shot": "portrait", "scene.background": "other:a moon base" });
    const packed = packAll(primeHuman, answers);
    expect(packed.filter((value) => value !== NOT_ASKED)).toEqual([3, -4]);
    expect(unpackAll(primeHuman, packed, { "scene.background": "a moon base" })).toEqual(answers);
    expect(() => unpackAll(primeHuman, [1, 2])).toThrow(/packs 70 answers, got 2/);
  });

  it("say white with black as main colour white", () => {
    expect(pack(categoryOf(primeHuman, "top.color"), { value: "white", second: "black" })).toBe(0 + 256 * 2);
  });

  it("refuse a second answer where only one is asked for, and numbers that mean nothing", () => {
    expect(() => pack(categoryOf(primeHuman, "top.type"), { value: "shirt", second: "vest" })).toThrow(
      /no answer to top.type/,
    );
    expect(() => unpack(categoryOf(primeHuman, "top.type"), 99)).toThrow(/no packed answer/);
  });

  it("forgive letter case, and keep free text as `other` where text is open", () => {
    const read = (id: string, value: string) => readAnswer(categoryOf(primeHuman, id), { value }, "person").value;
    expect(read("top.type", " T-Shirt ")).toBe("t-shirt");
    expect(read("scene.background", "A  Park")).toBe("a park");
    expect(read("scene.background", "a very small moon")).toBe("other:a very small moon");
    expect(() => read("top.graphic", "one two three four five")).toThrow(/at most 4 words/);
    expect(() => read("top.type", "toga")).toThrow(/no answer to top.type/);
  });

  it("let only a person be unsure", () => {
    const age = categoryOf(primeHuman, "person.age");
    expect(readAnswer(age, { value: "unsure" }, "person")).toEqual({ value: "unsure" });
    expect(() => readAnswer(age, { value: "unsure" }, "model")).toThrow(/only a person/);
  });
});

describe("what a part map shows", () => {
  it("is each part's share and whether it reaches the last row", () => {
    const seen = seeParts({ width: 2, height: 2, ids: Uint8Array.from([2, 2, 0, 4]) }, 18);
    expect([seen.share[2], seen.share[4], seen.share[11]]).toEqual([0.5, 0.25, 0]);
    expect([seen.touchesBottom[2], seen.touchesBottom[4]]).toEqual([false, true]);
  });
});
