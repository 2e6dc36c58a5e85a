import { describe, expect, it } from "vitest";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { checkSubmission, type Page } from "./submission.ts";

const protocol = loadProtocol(kettles);
const page: Page = { protocol, categories: [1, 2, 3, 4, 5], known: {}, evidence: null };
const given = (...values: number[]) => values.map((value, index) => ({ category: index + 1, value }));

describe("a submission", () => {
  it("is whole when every question that applies is answered", () => {
    expect(checkSubmission(page, given(0, 1, 0, 1, 1))).toHaveLength(5);
    expect(checkSubmission(page, given(0, 1, 0, 0))).toHaveLength(4);
  });

  it("may say that a question does not apply, which is no answer", () => {
    expect(checkSubmission(page, given(0, 1, 0, -1))).toHaveLength(3);
  });

  it.each<[string, Partial<Page>, { category: number; value: number; text?: string }[], RegExp]>([
    ["leaves a child open", {}, given(0, 1, 0, 1), /Still to be answered: spout\.material/],
    ["answers a child without its parent", {}, given(0, 1, 0, 0, 1), /contradict each other: spout\.material/],
    ["names an option that does not exist", {}, given(0, 1, 9, 0), /9 is no packed answer of body\.material/],
    ["answers what is not on the page", { categories: [1] }, given(0, 1), /Question 2 is not on this page/],
    ["answers twice", {}, [...given(0), ...given(1)], /answered twice/],
    [
      "writes too many words",
      {},
      [{ category: 1, value: -4, text: "one two three four" }, ...given(0, 1, 0, 0).slice(1)],
      /at most 3 words/,
    ],
  ])("that %s is refused with the reason", (_, some, answers, message) => {
    expect(() => checkSubmission({ ...page, ...some }, answers)).toThrow(message);
  });

  it("asks a child whose parent is already known", () => {
    const rest: Page = { ...page, categories: [5], known: { "spout.kind": { value: "short" } } };
    expect(checkSubmission(rest, [{ category: 5, value: 0 }])).toHaveLength(1);
    expect(() => checkSubmission(rest, [])).toThrow(/spout\.material/);
  });

  it("may contradict what the labeller is known to have said, and need not answer what that closes", () => {
    const rest: Page = { ...page, categories: [5], known: { "spout.kind": { value: "none" } } };
    expect(checkSubmission(rest, [{ category: 5, value: 0 }])).toHaveLength(1);
    expect(checkSubmission(rest, [])).toHaveLength(0);
  });

  it("of somebody who is unsure about everything is no contradiction", () => {
    expect(checkSubmission(page, given(-3, -3, -3, -3, -3)).map(({ category }) => category)).toEqual([1, 2, 3, 4]);
    expect(checkSubmission(page, given(0, 0, 0, -2, -2)).map(({ category }) => category)).toEqual([1, 2, 3, 4]);
  });
});
