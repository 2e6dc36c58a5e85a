import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentenceOf } from "./finding.ts";
import { loadProtocol } from "./load-protocol.ts";
import { inspectProtocol, parseProtocol } from "./parse-protocol.ts";
import { PRIME_HUMAN_FILE, primeHuman, primeHumanDocument } from "./prime-human.ts";
import { kettles } from "./tiny-protocol.fixture.ts";

const file = readFileSync(PRIME_HUMAN_FILE, "utf8");

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

  it("asks of the whole picture how it is framed, where it is and in which style, and four things of the person", () => {
    const global = categories.filter(({ axis }) => axis === "global");
    expect(global.map(({ id }) => id)).toEqual(["frame.shot", "scene.background", "style.overall_style"]);
    expect(global.every(({ options }) => options.length > 1)).toBe(true);
    expect(categories.filter(({ id }) => /^(person|body)\./.test(id)).map(({ n }) => n)).toEqual([2, 3, 4, 5]);
  });

  it("is the same read as a file and as the document that is stored", () => {
    expect(loadProtocol(structuredClone(primeHumanDocument))).toEqual(primeHuman);
    expect(parseProtocol(JSON.stringify(primeHumanDocument))).toEqual(primeHuman);
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
  /** The findings of the file with one word changed, as an editor shows them. */
  function broken(from: string, to: string): string {
    expect(file.includes(from), from).toBe(true);
    return inspectProtocol(file.replace(from, to))
      .findings.map(({ line, column, ...finding }) => `${line}:${column}: ${sentenceOf(finding)}`)
      .join("\n");
  }
  /** Line and column of a word in the changed file, counted by hand. */
  function placeOf(from: string, to: string, word: string): string {
    const text = file.replace(from, to);
    const before = text.slice(0, text.indexOf(word, file.indexOf(from) - 200)).split("\n");
    return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
  }

  it.each([
    [
      "a gate on a later category",
      "{answer: top.type, not: [none]}",
      "{answer: coat.type, not: [none]}",
      "coat.type, not",
      `top.pattern: its gate looks at "coat.type", which comes later; a gate may look only at earlier categories`,
    ],
    [
      "a gate on an unknown option",
      "is: [boots]",
      "is: [booots]",
      "booots",
      `shoes.boots_length: shoes.type has no option "booots" (did you mean "boots"?)`,
    ],
    [
      "a gate on an unknown category",
      "answer: shoes.type, is",
      "answer: shoe.type, is",
      "shoe.type",
      `shoes.boots_length: there is no category "shoe.type" (did you mean "shoes.type"?)`,
    ],
    [
      "a gate of no known form",
      "{use: feet_visible}",
      "{uses: feet_visible}",
      "{uses",
      "shoes.type: ask_when: not a gate",
    ],
    [
      "a gate on an unknown predicate",
      "{use: feet_visible}",
      "{use: foot_visible}",
      "foot_visible",
      `shoes.type: predicates has no "foot_visible" (did you mean "feet_visible"?)`,
    ],
    [
      "an unknown answer list",
      "options: V-SLEEVE,",
      "options: V-SLEEVES,",
      "V-SLEEVES",
      `special.sleeve_length: vocab has no list "V-SLEEVES" (did you mean "V-SLEEVE"?)`,
    ],
    [
      "a category twice",
      "id: tie.material",
      "id: tie.pattern",
      "tie.pattern, group: g20, key: material",
      "tie.pattern: this category stands twice",
    ],
    ["a number out of order", "n: 19,", "n: 91,", "91", "top.type: n is 91, its place in the file is 19"],
    [
      "an option that is a reserved word",
      "female, male, unclear]",
      "female, male, unsure]",
      "unsure]",
      `person.gender: "unsure" is legal in every category and can be no option`,
    ],
    [
      "a repeated option",
      "bald, braids",
      "bald, bald",
      "bald, dreadlocks",
      `hair.style: the option "bald" stands twice`,
    ],
    [
      "a part that does not exist",
      "parts: [16], arity",
      "parts: [61], arity",
      "61]",
      "bag.type: part 61 is no part of atr18",
    ],
    [
      "an axis that is none",
      "axis: shape, src: D1, sensitive",
      "axis: shap, src: D1, sensitive",
      "shap,",
      `body.body_shape: axis: "shap" stands where one of object, texture, shape, global must (did you mean "shape"?)`,
    ],
    [
      "a misspelt key",
      'existence: "Is the person wearing a top',
      'existance: "Is the person wearing a top',
      "existance",
      `top.type: there is no "existance" here (did you mean "existence"?)`,
    ],
    [
      "a predicate that uses itself",
      "torso_visible: {parts: [4, 7]}",
      "torso_visible: {use: torso_visible}",
      "torso_visible}",
      `torso_visible: the predicate "torso_visible" uses itself`,
    ],
    [
      "a rule that eats its own ground",
      "remove: [hair.color, hair.length]",
      "remove: [hair.style]",
      "hair.style]",
      `bald-has-no-hair: it removes "hair.style", on which it depends`,
    ],
    [
      "a group of the outfit without a mask",
      "mask: [16]",
      "mask: []",
      "[], noun",
      "g11: a group of C_other has no mask, every other group has one",
    ],
    [
      "a bare no",
      'absent: "no"',
      "absent: no",
      "no,",
      `"no" is a word to some readers of YAML and true or false to others (write it in quotes: "no")`,
    ],
    [
      "a missing shot phrase",
      ", headshot: a headshot}",
      "}",
      "{full_body: a full",
      `caption: frame.shot has no phrase for "headshot"`,
    ],
  ])("with %s names the very place, the reason and what was meant", (_, from, to, word, message) => {
    expect(broken(from, to)).toContain(`${placeOf(from, to, word)}: ${message}`);
  });

  it("with a missing key says which", () => {
    expect(broken("key: type, parts: [16], arity: one,", "key: type, parts: [16],")).toMatch(
      /^\d+:\d+: bag\.type: arity is missing/,
    );
  });

  it("with counts that do not add up says both numbers", () => {
    expect(broken("axis: shape, src: D1, sensitive", "axis: object, src: D1, sensitive")).toMatch(
      /^23:9: expect: axis should be \{.*"object":18.*\}, the file has \{.*"object":19/,
    );
  });

  it.each([
    ["that is no YAML", "subject: one person", "subject: [one person", /^\d+:\d+: this is not valid YAML/],
    [
      "with a key twice",
      "subject: one person",
      "subject: one person\nsubject: two people",
      /^8:1: this is not valid YAML: Map keys must be unique/,
    ],
    [
      "with a tag of its own",
      "subject: one",
      "subject: !python/object one",
      /^7:10: this is not valid YAML: Unresolved tag/,
    ],
  ])("%s names line and column", (_, from, to, message) => {
    expect(broken(from, to)).toMatch(message);
  });

  it.each([
    ["that is nested without end", "[".repeat(100_000)],
    [
      "whose aliases multiply",
      `a: &a [x, x]\n${Array.from({ length: 20 }, (_, n) => `b${n}: &b${n} [*${n ? `b${n - 1}` : "a"}, *${n ? `b${n - 1}` : "a"}]`).join("\n")}`,
    ],
    ["of another kind and size", "x".repeat(2_000_001)],
    ["with nothing in it", ""],
  ])("%s is refused with a reason", (_, text) => {
    const { findings, protocol } = inspectProtocol(text);
    expect(protocol).toBeUndefined();
    expect(findings[0]?.message).toMatch(/cannot be read|characters|valid YAML|missing|expected/);
  });

  it("never ends in anything but findings, whatever one line is replaced by", () => {
    const lines = file.split("\n");
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.string({ maxLength: 40 }), (n, text) => {
        const { protocol, findings } = inspectProtocol([...lines.slice(0, n), text, ...lines.slice(n + 1)].join("\n"));
        expect(protocol === undefined).toBe(findings.length > 0);
        for (const { line, column } of findings) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines.length + text.split("\n").length);
          expect(column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("of version 1.x may not drop a category even if it expects that of itself", () => {
    const { categories, expect: counts, ...rest } = primeHumanDocument as { categories: unknown[]; expect: object };
    const shorter = { ...rest, categories: categories.slice(0, -1), expect: { ...counts, categories: 69 } };
    expect(() => loadProtocol(shorter)).toThrow(/categories should be 70, the file has 69/);
  });

  it("read by a process is one sentence with the place of each error", () => {
    expect(() => parseProtocol(file.replace("is: [boots]", "is: [booots]"), "mine.yaml")).toThrow(
      /^mine\.yaml has 1 error\(s\): line \d+:\d+: shoes\.boots_length: shoes\.type has no option "booots"/,
    );
  });

  it("that is no protocol at all says what is missing", () => {
    expect(() => loadProtocol({ hello: 1 })).toThrow(/protocol/);
    expect(() => loadProtocol(null)).toThrow(/label protocol has/);
  });
});
