import type { LeasedTask } from "@anyone/contracts/review";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { describe, expect, it } from "vitest";
import { keyOf, keyPressed, NONE_KEY } from "./option-keys.ts";
import { firstStep, optionsOf, walk } from "./walk.ts";

const numberOf = (id: string) => primeHuman.byId.get(id)?.n ?? 0;

function task(ids: readonly string[], more: Partial<LeasedTask> = {}): LeasedTask {
  return {
    id: "t",
    iteration: 1,
    assetId: "a".repeat(64),
    purpose: "sample",
    blind: true,
    categories: ids.map(numberOf),
    fence: 1,
    leaseUntil: "",
    protocolId: primeHuman.identity,
    suggestions: [],
    known: [],
    partShares: [],
    cutParts: [],
    ...more,
  };
}

const given = (id: string, value: number) => ({ category: numberOf(id), value, milliseconds: 1 });
const option = (id: string, text: string) => primeHuman.byId.get(id)?.options.indexOf(text) ?? -9;

describe("the walk over a page of questions", () => {
  it("asks the parent before its children, whatever order the page has", () => {
    const page = task(["top.color", "top.type"]);
    expect(walk(primeHuman, page, []).category?.id).toBe("top.type");
  });

  it("skips the children when the parent says no", () => {
    const page = task(["top.type", "top.color", "top.pattern"]);
    const after = walk(primeHuman, page, [given("top.type", option("top.type", "none"))]);
    expect(after).toEqual({ category: null, open: [] });
  });

  it("asks the children when the parent says yes", () => {
    const page = task(["top.type", "top.color"]);
    const after = walk(primeHuman, page, [given("top.type", option("top.type", "shirt"))]);
    expect(after.category?.id).toBe("top.color");
  });

  it("reads the answers that stand for questions the page does not ask", () => {
    const none = { category: numberOf("top.type"), value: option("top.type", "none"), confidence: 1 };
    expect(walk(primeHuman, task(["top.color"], { known: [none] }), []).category).toBeNull();
    const shirt = { ...none, value: option("top.type", "shirt") };
    expect(walk(primeHuman, task(["top.color"], { known: [shirt] }), []).category?.id).toBe("top.color");
  });

  it("asks a child whose parent nobody answers, so that a person can say it does not apply", () => {
    expect(walk(primeHuman, task(["top.color"]), []).category?.id).toBe("top.color");
    expect(walk(primeHuman, task(["top.color"]), [given("top.color", -1)]).category).toBeNull();
  });

  it("does not ask for what the part map does not show", () => {
    const nothing = Array.from({ length: 18 }, () => 0);
    expect(walk(primeHuman, task(["person.country"], { partShares: nothing }), []).category).toBeNull();
    const face = nothing.with(11, 0.1);
    expect(walk(primeHuman, task(["person.country"], { partShares: face }), []).category?.id).toBe("person.country");
  });

  it("asks for existence first and then for the kind, without the option that says no", () => {
    const category = primeHuman.byId.get("top.type");
    if (!category) throw new Error("the protocol lost its tops");
    const exists = firstStep(category);
    expect(exists.step).toBe("exists");
    expect(optionsOf(exists)).toEqual([
      { text: "yes", value: null, key: "1" },
      { text: "no", value: option("top.type", "none"), key: "2" },
    ]);
    const kinds = optionsOf({ category, step: "kind" });
    expect(kinds).toHaveLength(category.options.length - 1);
    expect(kinds.every(({ text, value }) => category.options[value ?? -1] === text)).toBe(true);
  });

  it("keeps the keys of the kinds where existence is asked with them, and gives its absence a key of its own", () => {
    for (const category of primeHuman.categories.filter(({ existence }) => existence)) {
      const [none, ...kinds] = optionsOf({ category, step: "all" });
      expect(none).toEqual({
        text: category.absent,
        value: category.options.indexOf(category.absent ?? ""),
        key: NONE_KEY,
      });
      expect(kinds).toEqual(optionsOf({ category, step: "kind" }));
    }
  });
});

describe("the keys of options", () => {
  it("are one key each, there and back, for the longest list of the protocol", () => {
    const longest = Math.max(...primeHuman.categories.map((category) => category.options.length));
    const keys = Array.from({ length: longest }, (_, place) => keyOf(place));
    expect(new Set(keys).size).toBe(longest);
    expect(keys.every((key) => key !== undefined && key !== NONE_KEY)).toBe(true);
  });

  it("are told by their place on the keyboard, also with Shift and on the number pad", () => {
    expect(keyPressed({ code: "Digit3", key: "#" })).toBe("3");
    expect(keyPressed({ code: "Numpad7", key: "7" })).toBe("7");
    expect(keyPressed({ code: "KeyQ", key: "A" })).toBe("a");
  });

  it("leave the letters alone that mean something themselves", () => {
    const keys = Array.from({ length: 40 }, (_, place) => keyOf(place));
    for (const letter of "vuonzhsfgmx/?+-=") expect(keys).not.toContain(letter);
  });
});
