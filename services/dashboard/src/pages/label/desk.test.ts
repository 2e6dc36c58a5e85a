import type { LeasedTask } from "@anyone/contracts/review";
import type { LeasedSlot } from "@anyone/contracts/review-slots";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answer,
  currentSheet,
  DEEPEST_UNDO,
  type Desk,
  drop,
  EMPTY_DESK,
  gridSheet,
  openSlots,
  pageSheet,
  reopen,
  tidy,
  undo,
  withSheet,
} from "./desk.ts";

const protocol = () => primeHuman;
const numberOf = (id: string) => primeHuman.byId.get(id)?.n ?? 0;
const nothing = () => false;

function grid(name: string, size: number) {
  const slots = Array.from(
    { length: size },
    (_, n): LeasedSlot => ({
      taskId: `${name}.${n}`,
      iteration: 1,
      assetId: String(n),
      category: 25,
      purpose: "sample",
      blind: false,
      fence: 1,
      suggestion: null,
      known: [],
      partShares: [],
      cutParts: [],
    }),
  );
  return gridSheet({ category: 25, protocolId: primeHuman.identity, leaseUntil: name, slots });
}

function page(id: string, categories: string[]) {
  const task: LeasedTask = {
    id,
    iteration: 1,
    assetId: "a",
    purpose: "sample",
    blind: true,
    categories: categories.map(numberOf),
    fence: 1,
    leaseUntil: "",
    protocolId: primeHuman.identity,
    suggestions: [],
    known: [],
    partShares: [],
    cutParts: [],
  };
  return pageSheet(task);
}

const given = (taskId: string, value = 0, category = 25) => ({ taskId, category, value, milliseconds: 1 });
const on = (...sheets: Parameters<typeof withSheet>[1][]): Desk => sheets.reduce(withSheet, EMPTY_DESK);

describe("the way back", () => {
  it("undoes any sequence of steps, one after the other, over sheets that are done", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const before: Desk[] = [];
        let desk = on(grid("a", 24), grid("b", 24));
        let next = 0;
        for (const size of sizes) {
          before.push(desk);
          const step = Array.from({ length: size }, () => given(next < 24 ? `a.${next++}` : `b.${next++ - 24}`));
          desk = tidy(answer(desk, step), protocol, nothing);
        }
        for (const earlier of before.toReversed()) {
          desk = undo(desk).desk;
          expect(desk).toEqual(earlier);
        }
      }),
    );
  });

  it("is fifty steps deep, and keeps the sheets they lead back to and no others", () => {
    let desk = on(...["a", "b", "c", "d"].map((name) => grid(name, 24)));
    for (const name of ["a", "b", "c"]) {
      for (let n = 0; n < 24; n++) desk = answer(desk, [given(`${name}.${n}`)]);
    }
    desk = tidy(desk, protocol, nothing);
    expect(desk.steps).toHaveLength(DEEPEST_UNDO);
    expect(desk.sheets.map(({ id }) => id.slice(-1))).toEqual(["a", "b", "c", "d"]);
    desk = tidy(answer(answer(desk, [given("d.0")]), [given("d.1")]), protocol, nothing);
    expect(desk.sheets.map(({ id }) => id.slice(-1))).toEqual(["b", "c", "d"]);
  });

  it("leads to the sheet where the undone answer was", () => {
    let desk = on(grid("a", 1), grid("b", 2));
    desk = answer(answer(desk, [given("a.0")]), [given("b.0")]);
    expect(currentSheet(desk, "grid", protocol)?.id).toContain("b");
    const { desk: back, undone } = undo(undo(desk).desk);
    expect(undone).toEqual([given("a.0")]);
    expect(currentSheet(back, "grid", protocol)?.id).toContain("a");
  });

  it("never leads to what was skipped or lost", () => {
    let desk = answer(on(grid("a", 3)), [given("a.0"), given("a.1")]);
    desk = drop(desk, [given("a.0")]);
    expect(undo(desk).undone).toEqual([given("a.1")]);
    expect(undo(undo(desk).desk).undone).toEqual([]);
  });
});

describe("a page on the desk", () => {
  it("is done when a parent's answer closes what is left", () => {
    const none = primeHuman.byId.get("top.type")?.options.indexOf("none") ?? -9;
    const sheet = page("p", ["top.type", "top.color", "top.pattern"]);
    const desk = answer(on(sheet), [given("p", none, numberOf("top.type"))]);
    expect(currentSheet(desk, "page", protocol)).toBeNull();
  });

  it("stays while its answers are on their way, and while a step leads back to it", () => {
    const desk = answer(on(page("p", ["person.age"])), [given("p", 1, numberOf("person.age"))]);
    const stepless = { ...desk, steps: [] };
    expect(tidy(stepless, protocol, () => true).sheets).toHaveLength(1);
    expect(tidy(desk, protocol, nothing).sheets).toHaveLength(1);
    expect(tidy(stepless, protocol, nothing).sheets).toEqual([]);
  });

  it("comes back with all answers but the last when the server can't take them", () => {
    const categories = ["person.age", "person.gender", "hair.style"];
    let desk = on(page("p", categories));
    for (const id of categories) desk = answer(desk, [given("p", 1, numberOf(id))]);
    desk = tidy(desk, protocol, () => true);
    const back = reopen(
      desk,
      categories.map((id) => given("p", 1, numberOf(id))),
    );
    const [sheet] = back.sheets;
    expect(sheet && openSlots(sheet, primeHuman).map(({ category }) => category)).toEqual([numberOf("hair.style")]);
    expect(undo(back).undone.map(({ category }) => category)).toEqual([numberOf("person.gender")]);
  });
});

it("an answer given again replaces the one before", () => {
  const desk = answer(answer(on(grid("a", 2)), [given("a.0", 1)]), [given("a.0", NOT_ASKED)]);
  expect(desk.sheets[0]?.given).toEqual([given("a.0", NOT_ASKED)]);
});
