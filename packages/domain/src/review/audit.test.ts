import { describe, expect, it } from "vitest";
import { UNSURE } from "../annotate/answer.ts";
import { loadProtocol } from "../annotate/load-protocol.ts";
import { kettles } from "../annotate/tiny-protocol.fixture.ts";
import { type Audited, auditSettled } from "./audit.ts";

const protocol = loadProtocol(kettles);
const rule = { bar: 0.85, driftAlpha: 0.001, driftWindow: 200 };
const page = (given: number, said: number, probability = 0.1): Audited => ({ category: 1, given, said, probability });
const pages = (count: number, one: Audited) => Array.from({ length: count }, () => one);

describe("the audit of settled categories", () => {
  it("rings where the labeller contradicts people, and for nothing that is not settled", () => {
    const wrong = pages(25, page(0, 1));
    expect(auditSettled(protocol, [1], wrong, rule).get(1)?.rangAt).toBeGreaterThan(2);
    expect(auditSettled(protocol, [2], wrong, rule).size).toBe(0);
    expect(auditSettled(protocol, [1], pages(25, page(1, 1)), rule).get(1)?.rangAt).toBeNull();
  });

  it("says nothing of a category about which people could say nothing", () => {
    expect(auditSettled(protocol, [1], pages(25, page(0, UNSURE)), rule).size).toBe(0);
  });

  it("counts an image for as many as it was drawn for", () => {
    // doubtful images, wrong and drawn ten times as often as the others: one of eleven of the pool
    const mixed = Array.from({ length: 200 }, (_, place) => (place % 2 === 0 ? page(0, 1, 0.5) : page(1, 1, 0.05)));
    expect(auditSettled(protocol, [1], mixed, rule).get(1)?.rangAt).toBeNull();
    const even = mixed.map((one) => ({ ...one, probability: 0.1 }));
    expect(auditSettled(protocol, [1], even, rule).get(1)?.rangAt).toBeLessThan(100);
  });
});
