import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applicable } from "../annotate/gates.ts";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { checkSlotAnswer, decisive, firstStates, slotStandings } from "./slots.ts";
import type { GivenAnswer, Page } from "./submission.ts";

const kettle = loadProtocol(kettles);
const everything = (protocol: Page["protocol"]): Page => ({
  protocol,
  categories: protocol.categories.map(({ n }) => n),
  known: {},
  evidence: null,
});

/** Answers a page slot by slot, in an order and with options that `draws` choose, until nothing is open. */
function answerAll(page: Page, draws: readonly number[]): GivenAnswer[] {
  const said: GivenAnswer[] = [];
  for (let turn = 0; ; turn++) {
    const standing = slotStandings(page, said);
    const open = [...standing].flatMap(([n, state]) =>
      state === "open" && !said.some(({ category }) => category === n) ? [n] : [],
    );
    if (open.length === 0) return said;
    const draw = draws[turn % draws.length] ?? 0;
    const category = open[draw % open.length] as number;
    const options = page.protocol.categories[category - 1]?.options.length ?? 1;
    // every tenth time that it does not apply, or that she is unsure
    const value = draw % 10 === 0 ? -1 : draw % 10 === 1 ? -3 : Math.floor(draw / 10) % options;
    said.push({ category, value });
  }
}

const draws = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 40 });

describe("the slots of a page", () => {
  it("are open where a question is asked at once, and wait where it hangs on another", () => {
    expect([...firstStates(everything(kettle)).values()]).toEqual(["open", "open", "open", "open", "waiting"]);
  });

  it("are asked where nothing else is, although what they wait for is not on the page", () => {
    expect([...firstStates({ ...everything(kettle), categories: [5] })]).toEqual([[5, "open"]]);
  });

  it("come to an end in whatever order they are answered, with none left that waits", () => {
    fc.assert(
      fc.property(draws, (chosen) => {
        const page = everything(primeHuman);
        const said = answerAll(page, chosen);
        const standing = slotStandings(page, said);
        expect([...standing.values()]).not.toContain("waiting");
        expect(new Set(said.map(({ category }) => category)).size).toBe(said.length);
      }),
      { numRuns: 60 },
    );
  });

  it("ask what the interview asks: no more, and no less", () => {
    fc.assert(
      fc.property(draws, (chosen) => {
        const page = everything(kettle);
        const said = answerAll(page, chosen).filter(({ value }) => value >= 0);
        const answers = Object.fromEntries(
          said.map(({ category, value }) => {
            const asked = kettle.categories[category - 1] as (typeof kettle.categories)[number];
            return [asked.id, { value: asked.options[value] as string }];
          }),
        );
        const next = applicable(kettle, answers, null).map(({ n }) => n);
        const open = [...slotStandings(page, said)].flatMap(([n, state]) => (state === "open" ? [n] : []));
        expect(open.filter((n) => !said.some(({ category }) => category === n))).toEqual(next);
      }),
    );
  });

  it("change their standing only by answers that some gate or rule reads", () => {
    const page = everything(primeHuman);
    const before = slotStandings(page, []);
    for (const { n } of primeHuman.categories.filter((category) => !decisive(primeHuman).has(category.n))) {
      expect(slotStandings(page, [{ category: n, value: 0 }]), `after question ${n}`).toEqual(before);
    }
  });
});

describe("an answer to one slot", () => {
  it.each<[string, GivenAnswer, RegExp]>([
    ["an option that does not exist", { category: 3, value: 9 }, /9 is no packed answer of body\.material/],
    ["a question that the protocol lacks", { category: 6, value: 0 }, /no question 6/],
    ["a text beside an option", { category: 1, value: 0, text: "x" }, /belongs to value -4/],
    ["other without a text", { category: 1, value: -4 }, /belongs to value -4/],
    ["a text without end", { category: 1, value: -4, text: "x".repeat(201) }, /201 characters long; it may be 200/],
    ["too many words", { category: 1, value: -4, text: "one two three four" }, /at most 3 words/],
  ])("is refused for %s, and says so", (_, given, message) => {
    expect(() => checkSlotAnswer(kettle, [], given)).toThrow(message);
  });

  it("may not contradict what the same person said on the page", () => {
    const spout = kettle.categories.find(({ absent }) => absent !== undefined);
    const none = spout?.options.indexOf(spout.absent ?? "") ?? 0;
    const hers = [{ category: 5, value: 0 }];
    expect(() => checkSlotAnswer(kettle, hers, { category: spout?.n ?? 0, value: none })).not.toThrow();
    const heads = primeHuman.rules.find((rule) => "positive" in rule) as { positive: string[]; at_most: number };
    const worn = heads.positive.map((id) => {
      const category = primeHuman.byId.get(id) as (typeof primeHuman.categories)[number];
      return { category: category.n, value: category.options.findIndex((option) => option !== category.absent) };
    });
    const [last, ...others] = worn.slice(0, heads.at_most + 1) as [GivenAnswer, ...GivenAnswer[]];
    expect(() => checkSlotAnswer(primeHuman, others, last)).toThrow(/contradicts your others/);
    expect(() => checkSlotAnswer(primeHuman, others.slice(1), last)).not.toThrow();
  });
});
