import { describe, expect, it } from "vitest";
import { primeHuman } from "../annotate/prime-human.ts";
import { crossWalk, deepFashion } from "./deepfashion.ts";

/** How many values each attribute has, in the order of the dataset's own description. */
const VALUES = {
  shape: [6, 5, 4, 3, 5, 3, 3, 3, 5, 7, 3, 3],
  fabric: [8, 8, 8],
  pattern: [8, 8, 8],
};

describe("the cross-walk from DeepFashion-MultiModal", () => {
  it("has the dataset's 18 attributes, 12 of shape, 3 of fabric, 3 of colour, and every value of each", () => {
    expect(deepFashion.attributes).toHaveLength(18);
    for (const [file, counts] of Object.entries(VALUES)) {
      const attributes = deepFashion.attributes.filter((attribute) => attribute.file === file);
      expect(attributes.map(({ values }) => values.length)).toEqual(counts);
    }
    for (const { values } of deepFashion.attributes) expect(values.at(-1)).toBe("NA");
  });

  it("answers in words of the protocol only, and for values that there are", () => {
    const options = new Map(
      primeHuman.categories.map(({ id, options }) => [id as string, options as readonly string[]]),
    );
    for (const { name, values, answers } of deepFashion.attributes) {
      for (const [value, given] of Object.entries(answers)) {
        expect(values, name).toContain(value);
        for (const [category, option] of Object.entries(given)) {
          const targets = category.startsWith("upper.")
            ? [category.replace("upper", "top"), category.replace("upper", "one_piece")]
            : [category];
          for (const target of targets)
            expect([...(options.get(target) ?? []), "not_visible"], target).toContain(option);
        }
      }
    }
  });

  it("reads a top with trousers and a coat", () => {
    const labels = { shape: [2, 3, 1, 0, 0, 0, 0, 0, 1, 2, 0, 0], fabric: [1, 0, 4], pattern: [4, 3, 7] };
    expect(crossWalk("MEN-Denim-id_00000080-01_7_additional.jpg", labels)).toEqual({
      "person.gender": "male",
      "top.sleeve_length": "mid-sleeve",
      "top.collar_shape": "scoop neckline",
      "top.top_length": "cropped",
      "top.material": "cotton",
      "top.pattern": "plaid",
      "bottom.length": "maxi",
      "bottom.material": "denim",
      "bottom.pattern": "solid color",
      "coat.type": "cardigan",
      "coat.material": "knit",
      "socks.wears": "yes",
      "hat.type": "none",
      "scarf.wears": "no",
      "tie.wears": "no",
      "belt.wears": "yes",
    });
  });

  it("reads the upper labels of a dress as the dress's, and nothing from labels that are none", () => {
    const labels = { shape: [0, 4, 3, 2, 4, 2, 2, 2, 4, 5, 2, 2], fabric: [5, 7, 7], pattern: [0, 7, 7] };
    expect(crossWalk("WOMEN-Dresses-id_00000002-02_1_front.jpg", labels)).toEqual({
      "person.gender": "female",
      "one_piece.type": "dress",
      "one_piece.sleeve_length": "sleeveless",
      "one_piece.collar_shape": "straps",
      "one_piece.material": "chiffon",
      "one_piece.pattern": "floral",
    });
    expect(crossWalk("x.jpg", { shape: [-1, 99, 1.5, Number.NaN], fabric: [] })).toEqual({});
  });
});
