import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadProtocol, parseProtocol } from "./parse-protocol.ts";
import { primeHuman } from "./prime-human.ts";
import { kettles } from "./tiny-protocol.fixture.ts";

const file = readFileSync(new URL("../../protocols/prime-human-1.0.0.json", import.meta.url), "utf8");

describe("the paper's protocol", () => {
  const { categories, groups, parsing } = primeHuman;
  const of = (group: string) => categories.filter((category) => category.group === group).length;

  it("has 70 categories in 21 groups over 18 parts", () => {
    expect([categories.length, groups.length, parsing.parts.length]).toEqual([70, 21, 18]);
  });

  it("has the group sizes of the released labels", () => {
    expect(groups.map(({ id }) => of(id))).toEqual([1, 3, 1, 1, 3, 2, 7, 8, 7, 7, 5, 2, 2, 2, 3, 1, 3, 3, 3, 3, 3]);
  });

  it("has 3 to 4 categories per group and per part on average", () => {
    expect(categories.length / groups.length).toBeCloseTo(3.33, 2);
    expect(categories.length / parsing.parts.length).toBeCloseTo(3.89, 2);
  });

  it("has the counts per source, axis and set", () => {
    const count = (pick: (category: (typeof categories)[number]) => unknown, value: string) =>
      categories.filter((category) => pick(category) === value).length;
    expect(["D1", "D2", "D3"].map((src) => count((c) => c.src, src))).toEqual([62, 1, 7]);
    expect(["object", "texture", "shape", "global"].map((axis) => count((c) => c.axis, axis))).toEqual([18, 33, 16, 3]);
    const set = (c: { group: string }) => primeHuman.groupById.get(c.group)?.set;
    expect(["C_body", "C_outfit", "C_other"].map((name) => count(set, name))).toEqual([5, 63, 2]);
  });

  it("has as many categories per part as the table of parts says, global ones and the background aside", () => {
    const local = categories.filter(({ id }) => id !== "frame.shot" && id !== "style.overall_style");
    const links = parsing.parts.map((_, id) => local.filter(({ parts }) => parts.includes(id)).length);
    expect(links).toEqual([1, 11, 12, 3, 21, 9, 9, 10, 2, 8, 8, 6, 8, 8, 5, 5, 2, 9]);
  });

  it("asks an existence question for every category that can say `none`", () => {
    const types = categories.filter(({ key }) => key === "type");
    expect(types.map(({ existence, absent }) => Boolean(existence && absent))).toEqual(types.map(() => true));
    expect(categories.filter(({ key }) => key === "wears").every(({ absent }) => absent === "no")).toBe(true);
  });

  it("flags the perceived-appearance categories as sensitive, and no other", () => {
    expect(categories.filter(({ sensitive }) => sensitive).map(({ id }) => id)).toEqual([
      "person.country",
      "person.age",
      "person.gender",
      "body.body_shape",
    ]);
  });

  it("is the same read as text and as a module", () => {
    expect(parseProtocol(file).categories).toEqual(categories);
  });
});

describe("another subject", () => {
  it("loads from the same kind of file", () => {
    const protocol = loadProtocol(kettles);
    expect(protocol.identity).toBe("kettle@0.1.0");
    expect(protocol.byId.get("spout.kind")?.options).toEqual(["none", "short", "gooseneck"]);
  });
});

describe("a broken file", () => {
  const breaks = (from: string | RegExp, to: string) => () => parseProtocol(file.replace(from, to));
  const lineOf = (word: string) => file.slice(0, file.indexOf(word)).split("\n").length;

  it.each([
    ["no JSON", "},", "}", /not valid JSON.*line 1[0-9]/],
    [
      "a gate on a later category",
      '{"answer": "top.type", "not": ["none"]}',
      '{"answer": "coat.type", "not": ["none"]}',
      /top\.pattern \(line \d+\).*"coat\.type", which comes later/,
    ],
    [
      "a gate on an unknown option",
      '"is": ["boots"]',
      '"is": ["booots"]',
      /shoes\.boots_length \(line \d+\).*no option "booots"/,
    ],
    [
      "a gate of no known form",
      '{"use": "feet_visible"}',
      '{"uses": "feet_visible"}',
      /shoes\.type \(line \d+\): ask_when: not a gate/,
    ],
    [
      "an unknown answer list",
      '"V-SLEEVE", "ask_when"',
      '"V-SLEEVES", "ask_when"',
      /special\.sleeve_length \(line \d+\): vocab has no list "V-SLEEVES"/,
    ],
    [
      "a category twice",
      '"id": "tie.material"',
      '"id": "tie.pattern"',
      /tie\.pattern \(line \d+\): this category stands twice/,
    ],
    ["a number out of order", '"n": 19', '"n": 91', /top\.type \(line \d+\): n is 91, its place in the file is 19/],
    [
      "an option that is a reserved word",
      '"unclear"]',
      '"unsure"]',
      /person\.gender \(line \d+\): "unsure" is legal in every category/,
    ],
    [
      "a repeated option",
      '"bald", "braids"',
      '"bald", "bald"',
      /hair\.style \(line \d+\): the option "bald" stands twice/,
    ],
    [
      "an axis count that is off",
      '"axis": "shape", "src": "D1", "sensitive"',
      '"axis": "object", "src": "D1", "sensitive"',
      /expect \(line \d+\): axis should be/,
    ],
    ["a missing shot phrase", ', "headshot": "a headshot"', "", /frame\.shot has no phrase for "headshot"/],
    ["a part that does not exist", '"parts": [16], "arity"', '"parts": [61], "arity"', /part 61 is no part of atr18/],
    [
      "a predicate that uses itself",
      '"torso_visible": {"parts": [4, 7]}',
      '"torso_visible": {"use": "torso_visible"}',
      /torso_visible.*uses itself/,
    ],
    [
      "a rule that eats its own ground",
      '"remove": ["hair.color", "hair.length"]',
      '"remove": ["hair.style"]',
      /bald-has-no-hair.*on which it depends/,
    ],
    [
      "a group of the outfit without a mask",
      '"mask": [16]',
      '"mask": []',
      /g11 \(line \d+\).*has no mask, every other group has one/,
    ],
  ])("with %s names the place and the reason", (_, from, to, message) => {
    expect(breaks(from, to)).toThrow(message);
  });

  it("names the line on which the category stands", () => {
    expect(breaks('"is": ["boots"]', '"is": ["booots"]')).toThrow(`line ${lineOf('"shoes.boots_length"')})`);
  });

  it("of version 1.x may not drop a category even if it expects that of itself", () => {
    const lines = file.split("\n").filter((line) => !line.includes('"id": "tie.material"'));
    const shorter = lines
      .join("\n")
      .replace(/("tie.pattern".*),\n/, "$1\n")
      .replace('"categories": 70', '"categories": 69');
    expect(() => parseProtocol(shorter)).toThrow(/categories should be 70, the file has 69/);
  });

  it("that is no protocol at all says what is missing", () => {
    expect(() => loadProtocol({ hello: 1 })).toThrow(/protocol/);
    expect(() => loadProtocol(null)).toThrow(/label protocol has/);
  });
});
