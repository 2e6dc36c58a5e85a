import { describe, expect, it } from "vitest";
import { type Answer, packAll } from "../annotate/answer.ts";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { score } from "./score.ts";

const protocol = loadProtocol(kettles);
const packed = (answers: Record<string, Answer>) => packAll(protocol, answers);
const colours = (truth: string[], given: string[]) =>
  truth.map((value, index) => ({
    truth: packed({ "body.color": { value } }),
    given: packed({ "body.color": { value: given[index] ?? "" } }),
  }));

describe("the labeller's score", () => {
  it("counts what is right over all, and the majority answer beside it", () => {
    const scores = score(protocol, colours(["black", "black", "black", "red"], ["black", "black", "red", "red"]));
    expect(scores.all).toEqual({ n: 4, correct: 3, accuracy: 0.75 });
    expect(scores.majority.all).toEqual({ n: 4, correct: 3, accuracy: 0.75 });
    expect(scores.perCategory).toContainEqual({ category: 2, n: 4, correct: 3 });
  });

  it("parts head and tail at the rarest third of the options that occur", () => {
    const scores = score(
      protocol,
      colours(
        ["black", "black", "black", "red", "red", "white"],
        ["black", "black", "black", "black", "black", "white"],
      ),
    );
    expect(scores.tail).toEqual({ n: 1, correct: 1, accuracy: 1 });
    expect(scores.head).toEqual({ n: 5, correct: 3, accuracy: 0.6 });
    expect(scores.majority.tail.accuracy).toBe(0);
  });

  it("calls a question wrong that the labeller did not get to, and leaves out one that does not apply", () => {
    const scores = score(protocol, [
      {
        truth: packed({ "spout.kind": { value: "short" }, "spout.material": { value: "steel" } }),
        given: packed({ "spout.kind": { value: "none" } }),
      },
      {
        truth: packed({ "spout.kind": { value: "none" } }),
        given: packed({ "spout.kind": { value: "short" }, "spout.material": { value: "steel" } }),
      },
    ]);
    expect(scores.perCategory.slice(3)).toEqual([
      { category: 4, n: 2, correct: 0, present: { n: 1, correct: 0 } },
      { category: 5, n: 1, correct: 0 },
    ]);
  });

  it("scores neither `unsure` nor `other`, but does score `not_visible`", () => {
    const scores = score(
      protocol,
      ["unsure", "other:tartan", "not_visible"].map((value) => ({
        truth: packed({ "body.color": { value } }),
        given: packed({ "body.color": { value: "not_visible" } }),
      })),
    );
    expect(scores.all).toEqual({ n: 1, correct: 1, accuracy: 1 });
  });

  it("is satisfied with the main one of two colours", () => {
    const scores = score(protocol, [
      {
        truth: packed({ "body.color": { value: "red", second: "white" } }),
        given: packed({ "body.color": { value: "red" } }),
      },
    ]);
    expect(scores.all.accuracy).toBe(1);
  });

  it("says null, not zero, where nothing was scored", () => {
    expect(score(protocol, []).all).toEqual({ n: 0, correct: 0, accuracy: null });
  });
});
