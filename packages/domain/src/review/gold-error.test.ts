import { describe, expect, it } from "vitest";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { random } from "../random.ts";
import type { Ballot } from "./agreement.ts";
import { goldErrors } from "./gold-error.ts";

const protocol = loadProtocol(kettles);
const asked = protocol.categories.map(({ n }) => n);
const vote = (value: number) => ({ categories: asked, said: new Map([[1, value]]) });

/** Two people, each wrong in `error` of the answers, about assets whose truth is 0 of two options. */
function ballots(count: number, error: number): Ballot[] {
  const draw = random("gold error");
  const say = () => vote(draw() < error ? 1 : 0);
  return Array.from({ length: count }, () => ({ pages: 2, votes: [say(), say()] }));
}

describe("the error of the evaluation set itself", () => {
  it("is found from how often two blind people differ", () => {
    const [first] = goldErrors(protocol, ballots(4000, 0.06));
    expect(first?.pairs).toBe(4000);
    expect(first?.ofOne).toBeCloseTo(0.06, 1.7);
    expect(Math.abs((first?.ofOne ?? 0) - 0.06)).toBeLessThan(0.012);
    expect(first?.ofConsensus).toBeCloseTo(3 * 0.06 ** 2 - 2 * 0.06 ** 3, 2);
  });

  it("is unknown where nobody was doubled, and the mean's where few were", () => {
    const alone = [{ pages: 1, votes: [vote(0)] }];
    expect(goldErrors(protocol, alone)[0]).toEqual({
      category: 1,
      pairs: 0,
      disagreed: 0,
      ofOne: null,
      ofConsensus: null,
    });
    const [one, other] = goldErrors(protocol, ballots(500, 0.1));
    expect(other?.pairs).toBe(0);
    expect(other?.ofOne).toBeCloseTo(one?.ofOne ?? 0, 6);
  });

  it("leaves the third person's answer out: who breaks a tie knows that there is one", () => {
    const pair = { pages: 2, votes: [vote(0), vote(1), vote(1)], tieBroken: new Set([1]) };
    expect(goldErrors(protocol, [pair])[0]).toMatchObject({ pairs: 1, disagreed: 1 });
  });
});
