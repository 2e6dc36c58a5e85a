import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { decideCategories } from "@anyone/domain/review/gate";
import { ReviewPolicy } from "@anyone/domain/review/policy";
import { describe, expect, it } from "vitest";
import { estimatesText } from "./estimates-text.ts";
import { evaluationText, topUpText } from "./evaluation-text.ts";
import { gatesText } from "./gates-text.ts";

const provenance = { attempt: 2, labellerId: "embedded-2", evaluationSetId: "eval-1", goldError: 0.001 };
const gates = decideCategories(
  [
    { category: 1, n: 200, correct: 197 },
    { category: 2, n: 60, correct: 56 },
    { category: 3, n: 200, correct: 120 },
    { category: 4, n: 0, correct: 0 },
  ],
  ReviewPolicy.parse({}),
  { attempt: 2 },
).map((gate) => ({ ...gate, ...provenance }));
const nameOf = (category: number) => primeHuman.categories[category - 1]?.id ?? "";

describe("the gates as text", () => {
  it("put what is open first, and say how many answers are missing", () => {
    const lines = gatesText(2, gates, nameOf).split("\n");
    expect(lines).toHaveLength(7);
    expect(lines.slice(1, 5).map((line) => line.split(/\s+/)[0])).toEqual([2, 4, 3, 1].map(nameOf));
    expect(lines[1]).toMatch(/56 +60 +93\.3 % .*undecided +about \d+ +open/);
    expect(lines[2]).toMatch(/undecided +unknown +no-evidence/);
    expect(lines[3]).toMatch(/tail +none +open/);
    expect(lines[4]).toMatch(/graduate +none +settled/);
    expect(lines[5]).toBe(
      "By evidence 1 graduate, 1 are the tail, 2 are undecided and stay with people; the point rule would let 2 go.",
    );
    expect(lines[6]).toContain("embedded-2 is number 2 of those held against evaluation set eval-1, at alpha 0.0076");
  });

  it("say that an iteration was not scored yet", () => {
    expect(gatesText(1, [], nameOf)).toContain("has not been scored yet");
  });
});

describe("the pool's estimates as text", () => {
  const of = (option: number) => ({
    ...{ category: 1, option, n: 200, pool: 5000, estimate: 0.871, low: 0.8, high: 0.92, classic: 0.86 },
    ...{ normalLow: 0.82, normalHigh: 0.91, lambda: 0.7, effective: 260.2 },
  });

  it("are the accuracy of each question, or how common its options are", () => {
    const accuracy = estimatesText(2, [of(-1), of(0)], { protocol: primeHuman, shares: false }).split("\n");
    expect(accuracy).toHaveLength(2);
    expect(accuracy[1]).toMatch(/^frame\.shot +87\.1 % +80\.0 % to 92\.0 % +86\.0 % +200 +260 +5000$/);
    const shares = estimatesText(2, [of(-1), of(0)], { protocol: primeHuman, shares: true }).split("\n");
    expect(shares[1]).toContain(primeHuman.categories[0]?.options[0]);
  });

  it("say when there are none", () => {
    expect(estimatesText(3, [], { protocol: primeHuman, shares: false })).toContain("when it closes");
  });
});

describe("the evaluation set as text", () => {
  const version = {
    ...{ id: "p.1.v2", version: 2, size: 24, inclusion: 0.1, added: 5, departed: 1 },
    ...{ sha256: "c".repeat(64), frozenAt: "2026-11-27T10:00:00.000Z" },
  };

  it("is a line a version, and says what is kept from training where anything is", () => {
    const lines = evaluationText([version, { ...version, version: 1, inclusion: null }], 3).split("\n");
    expect(lines[1]).toMatch(/^ *2 +24 +5 +1 +0\.1000 /);
    expect(lines[2]).toContain("not kept");
    expect(lines[3]).toContain("Nothing is learned from 3 sampled images");
    expect(evaluationText([version], 0).split("\n")).toHaveLength(2);
    expect(evaluationText([], 0)).toContain("the first iteration draws it");
  });

  it("tells what topping up did, would do, or had no need to", () => {
    const done = { id: "p.1.v2", version: 2, size: 24, added: 5, departed: 1, changed: true };
    expect(topUpText(done, false)).toContain("Version 2 holds 24 images: 5 drawn");
    expect(topUpText(done, true)).toContain("would hold 24");
    expect(topUpText({ ...done, changed: false }, false)).toContain("still is a uniform draw");
  });
});
