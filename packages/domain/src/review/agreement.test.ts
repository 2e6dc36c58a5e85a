import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NOT_ASKED } from "../annotate/answer.ts";
import { primeHuman } from "../annotate/prime-human.ts";
import { agreementOf, type Ballot, consensus, disagreements, type Vote } from "./agreement.ts";

const all = primeHuman.categories.map(({ n }) => n);
const vote = (said: Record<number, number>, categories: readonly number[] = all): Vote => ({
  categories,
  said: new Map(Object.entries(said).map(([n, value]) => [Number(n), value])),
});
const TOP_TYPE = 19;
const TOP_COLOR = 25;

describe("consensus about an evaluation asset", () => {
  it("is what the only person said where one was to answer", () => {
    expect(consensus(primeHuman, { pages: 1, votes: [vote({ 1: 3 })] }).slice(0, 2)).toEqual([3, NOT_ASKED]);
  });

  it("is what two people said alike, and nothing where they differ", () => {
    const ballot = { pages: 2, votes: [vote({ 1: 3, 3: 1 }), vote({ 1: 3, 3: 2 })] };
    expect(consensus(primeHuman, ballot).slice(0, 3)).toEqual([3, NOT_ASKED, null]);
    expect(disagreements(primeHuman, ballot)).toEqual([3]);
  });

  it("counts that a question does not apply as an answer", () => {
    const votes = [vote({ [TOP_TYPE]: 0 }), vote({ [TOP_TYPE]: 1, [TOP_COLOR]: 4 })];
    expect(disagreements(primeHuman, { pages: 2, votes })).toEqual([TOP_TYPE, TOP_COLOR]);
    const third = vote({ [TOP_TYPE]: 0 }, [TOP_TYPE, TOP_COLOR]);
    const settled = consensus(primeHuman, { pages: 2, votes: [...votes, third] });
    expect([settled[TOP_TYPE - 1], settled[TOP_COLOR - 1]]).toEqual([0, NOT_ASKED]);
  });

  it("lets two colours agree by their main one", () => {
    const votes = [vote({ [TOP_COLOR]: 4 }), vote({ [TOP_COLOR]: 4 + 256 * 3 })];
    expect(consensus(primeHuman, { pages: 2, votes })[TOP_COLOR - 1]).toBe(4);
  });

  it("is nothing where somebody skipped the page, and asks nobody else", () => {
    const ballot = { pages: 2, votes: [vote({ 1: 3 })] };
    expect(consensus(primeHuman, ballot)[0]).toBeNull();
    expect(disagreements(primeHuman, ballot)).toEqual([]);
  });

  it("never depends on the order of the votes", () => {
    const votes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(votes, fc.integer({ min: 1, max: 3 }), (values, pages) => {
        const said = (order: readonly number[]) =>
          consensus(primeHuman, { pages, votes: order.map((value) => vote({ 1: value })) })[0];
        expect(said(values.toReversed())).toBe(said(values));
      }),
    );
  });
});

describe("agreement over an evaluation set", () => {
  it("is measured on the independent answers, before anybody broke a tie", () => {
    const ballots: Ballot[] = [
      { pages: 2, votes: [vote({ 1: 3, 3: 1 }), vote({ 1: 3, 3: 2 }), vote({ 3: 2 }, [3])] },
      { pages: 2, votes: [vote({ 1: 0 }), vote({ 1: 1 }), vote({ 1: 2 }, [1])] },
      { pages: 2, votes: [vote({ 1: 0 })] },
      { pages: 1, votes: [vote({ 1: 0 })] },
    ];
    expect(agreementOf(primeHuman, ballots)).toEqual({ n: 3, agreed: 1, contested: 1 });
  });
});
