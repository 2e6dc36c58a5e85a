import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Answers, GIVER, NOT_ASKED, packAll, unpackAll } from "./answer.ts";
import { checkRecord } from "./check-record.ts";
import { compareProtocols, versionTooLow } from "./compare-protocols.ts";
import { applicable } from "./gates.ts";
import { loadProtocol } from "./load-protocol.ts";
import { migration } from "./migrate-answers.ts";
import { primeHuman, primeHumanDocument } from "./prime-human.ts";
import type { Category, Protocol } from "./protocol.ts";
import { kettles } from "./tiny-protocol.fixture.ts";

type Draft = { version: string; migrations?: unknown[]; categories: Record<string, unknown>[] } & Record<
  string,
  unknown
>;

/** The kettle protocol, changed by hand. */
function kettle(version: string, change: (draft: Draft) => void): Protocol {
  const draft = structuredClone(kettles) as unknown as Draft;
  draft.version = version;
  change(draft);
  return loadProtocol(draft);
}
const kettle1 = loadProtocol(kettles);
const of = (draft: Draft, id: string) =>
  draft.categories.find((category) => category.id === id) as Record<string, unknown>;
const changed = (newer: Protocol, id: string) =>
  compareProtocols(kettle1, newer).changes.find(({ after, before }) => (after ?? before) === id);

describe("a newer version", () => {
  it("that changes no question keeps all evidence and is a patch", () => {
    const same = kettle("0.1.1", (draft) => {
      draft.note = "spelt better";
    });
    const { kept, step } = compareProtocols(kettle1, same);
    expect(kept).toEqual([1, 2, 3, 4, 5].map((n) => ({ before: n, after: n })));
    expect(step).toBe("patch");
  });

  it("with options in another order keeps the evidence", () => {
    const turned = kettle("0.1.1", (draft) => {
      of(draft, "body.color").options = ["white", "black", "red"];
    });
    expect(changed(turned, "body.color")?.voids).toEqual([]);
  });

  it.each([
    [
      "another wording",
      "wording",
      "minor",
      (draft: Draft) => Object.assign(of(draft, "spout.kind"), { question: "What?" }),
    ],
    [
      "one more option",
      "options",
      "minor",
      (draft: Draft) => Object.assign(of(draft, "spout.kind"), { options: ["none", "short", "gooseneck", "long"] }),
    ],
    ["another gate", "gate", "major", (draft: Draft) => Object.assign(of(draft, "spout.kind"), { ask_when: "always" })],
    [
      "another predicate behind its gate",
      "gate",
      "major",
      (draft: Draft) => Object.assign(draft, { predicates: { spout_visible: { parts: [1, 2] } } }),
    ],
    ["one choice more", "arity", "major", (draft: Draft) => Object.assign(of(draft, "spout.kind"), { arity: "two" })],
  ])("with %s voids that category's evidence, and no other's", (_, why, step, change) => {
    const newer = kettle("9.0.0", change);
    const comparison = compareProtocols(kettle1, newer);
    expect(changed(newer, "spout.kind")?.voids).toEqual([why]);
    expect(comparison.kept.map(({ after }) => after)).toEqual([1, 2, 3, 5]);
    expect(comparison.step).toBe(step);
  });

  it("must have a number as high as its change asks", () => {
    const more = (version: string) =>
      kettle(version, (draft) => {
        of(draft, "spout.kind").options = ["none", "short", "gooseneck", "long"];
      });
    expect(versionTooLow(kettle1, more("0.1.5"))).toBe(
      "kettle@0.1.5 follows kettle@0.1.0 and must be at least 0.2.0: spout.kind has another options",
    );
    expect(versionTooLow(kettle1, more("0.2.0"))).toBeNull();
    expect(versionTooLow(kettle1, more("1.0.0"))).toBeNull();
  });

  it("whose migrations name what is not there is refused with both names", () => {
    const wrong = kettle("0.2.0", (draft) => {
      draft.migrations = [{ from: "0.1.0", options: { "spout.kind": { stubby: "short" } } }];
    });
    expect(() => compareProtocols(kettle1, wrong)).toThrow(/spout\.kind of kettle@0\.1\.0 has no option "stubby"/);
  });

  it("of another protocol carries nothing over", () => {
    expect(compareProtocols(kettle1, primeHuman).kept).toEqual([]);
  });
});

describe("answers under a newer version", () => {
  const packed = (answers: Answers) => {
    const value = packAll(kettle1, answers);
    return { value, confidence: value.map(() => 900), giver: value.map((v) => (v === NOT_ASKED ? 0 : GIVER.person)) };
  };
  const steel = {
    "body.color": { value: "red", second: "white" },
    "spout.kind": { value: "short" },
    "spout.material": { value: "steel" },
  };

  it("follow renamed categories and options, and what is gone is not answered", () => {
    const newer = kettle("2.0.0", (draft) => {
      Object.assign(of(draft, "spout.kind"), { id: "spout.shape", options: ["none", "stubby", "gooseneck"] });
      Object.assign(of(draft, "spout.material"), { ask_when: { answer: "spout.shape", not: ["none"] } });
      of(draft, "body.color").options = ["red", "black"];
      draft.migrations = [
        { from: "0.1.0", categories: { "spout.kind": "spout.shape" }, options: { "spout.shape": { short: "stubby" } } },
      ];
    });
    const move = migration(kettle1, newer, compareProtocols(kettle1, newer));
    const { value, giver } = move(packed(steel));
    expect(unpackAll(newer, value)).toEqual({
      "body.color": { value: "red" },
      "spout.shape": { value: "stubby" },
      "spout.material": { value: "steel" },
    });
    expect(giver[newer.byId.get("spout.shape")?.index ?? -1]).toBe(GIVER.model);
  });

  it("lose a child whose parent's answer is gone", () => {
    const newer = kettle("0.2.0", (draft) => {
      of(draft, "spout.kind").options = ["none", "gooseneck"];
    });
    const move = migration(kettle1, newer, compareProtocols(kettle1, newer));
    const moved = unpackAll(newer, move(packed({ ...steel, "spout.kind": { value: "short" } })).value);
    expect(moved).not.toHaveProperty(["spout.kind"]);
    expect(checkRecord(newer, moved)).toEqual([]);
    expect(moved).not.toHaveProperty(["spout.material"]);
  });

  it("never make an orphan, whatever was answered and whatever options were taken away", () => {
    const drop = fc.uniqueArray(fc.nat(69), { maxLength: 12 });
    const seeds = fc.infiniteStream(fc.nat(10_000));
    fc.assert(
      fc.property(drop, seeds, (places, picks) => {
        const draft = structuredClone(primeHumanDocument) as Draft & {
          caption: { phrases: Record<string, unknown> };
          rules: unknown;
          coverage: { category: string; options: string[] }[];
        };
        for (const place of places) shorten(draft, place);
        draft.version = "1.9.0";
        let newer: Protocol;
        try {
          newer = loadProtocol(draft);
        } catch {
          fc.pre(false); // a gate named the option that was taken away
          return;
        }
        const answers = answerAll(primeHuman, picks);
        const value = packAll(primeHuman, answers);
        const move = migration(primeHuman, newer, compareProtocols(primeHuman, newer));
        const moved = move({ value, confidence: value.map(() => 500), giver: value.map(() => GIVER.model) });
        const record = unpackAll(newer, moved.value);
        expect(checkRecord(newer, record).filter(({ rule }) => rule === "orphan" || rule === "illegal-answer")).toEqual(
          [],
        );
        for (const { index } of newer.categories)
          expect(moved.value[index] === NOT_ASKED).toBe(moved.giver[index] === GIVER.nobody);
      }),
      { numRuns: 60 },
    );
  });
});

/** Takes the last option of a category away, where it has its own list and no phrase is written for it. */
function shorten(draft: Draft, place: number): void {
  const category = draft.categories[place] as unknown as Category;
  if (Array.isArray(category.options) && category.options.length > 2 && category.n > 4) {
    (category as { options: readonly string[] }).options = category.options.slice(0, -1);
  }
}

/** Answers everything that applies, by random options. */
function answerAll(protocol: Protocol, picks: Iterator<number>): Answers {
  const answers: Record<string, { value: string }> = {};
  for (let wave = applicable(protocol, answers, null); wave.length > 0; wave = applicable(protocol, answers, null)) {
    for (const { id, options } of wave) {
      const pick = picks.next().value as number;
      answers[id] = { value: pick % 7 === 0 ? "not_visible" : (options[pick % options.length] as string) };
    }
  }
  return answers;
}
