import { describe, expect, it } from "vitest";
import { type CrowdItem, crowdSkills } from "./crowd.ts";
import { tallySuspects } from "./drawn-crowd.fixture.ts";
import { findSuspects } from "./suspects.ts";

const nobody = { gold: { n: 0, correct: 0 }, speed: { n: 0, rushed: 0 } };

describe("bad annotators in drawn projects", { timeout: 120_000 }, () => {
  it("are found, nine of ten, and honest ones left in peace, with and without gold and times", () => {
    const drawings = [{ gold: 3 }, { gold: 0 }, { gold: 0, timed: false }, { gold: 0, timed: false, honestError: 0.2 }];
    for (const drawing of drawings) {
      const { bad, found, honest, flagged } = tallySuspects(3, drawing);
      expect(bad).toBeGreaterThan(8);
      expect(found / bad).toBeGreaterThanOrEqual(0.9);
      expect(flagged / honest).toBeLessThanOrEqual(0.05);
    }
  });
});

describe("the skill of an annotator", () => {
  const item = (n: number, votes: Record<string, number>, gold?: number): CrowdItem => ({
    asset: `asset ${n}`,
    question: 1,
    options: 3,
    votes: Object.entries(votes).map(([rater, value]) => ({ rater, value })),
    ...(gold !== undefined && { gold }),
  });

  it("is about nothing where one always gives the usual answer, though that is mostly right", () => {
    const items = Array.from({ length: 200 }, (_, n) => {
      const truth = n % 5 === 0 ? 1 : 0;
      return item(n, { ada: truth, bob: truth, eve: 0 });
    });
    const eve = crowdSkills(items).find(({ rater }) => rater === "eve");
    expect(eve?.accuracy).toBeGreaterThan(0.75);
    expect(Math.abs(eve?.skill ?? 1)).toBeLessThan(0.05);
  });

  it("is judged by gold against the majority", () => {
    const items = Array.from({ length: 60 }, (_, n) =>
      item(n, { ada: n % 3, bob: (n + 1) % 3, eve: (n + 1) % 3 }, n % 3),
    );
    const skills = new Map(crowdSkills(items).map((skill) => [skill.rater, skill]));
    expect(skills.get("ada")?.skill).toBeCloseTo(1, 6);
    expect(skills.get("bob")?.skill).toBeLessThan(0);
  });

  it("says nothing of answers that nobody else gave", () => {
    expect(crowdSkills([item(1, { ada: 0 })])).toEqual([]);
  });
});

describe("a suspicion", () => {
  it("needs enough answers, whatever they are", () => {
    const record = { name: "eve", skill: undefined, gold: { n: 10, correct: 0 }, speed: { n: 10, rushed: 10 } };
    expect(findSuspects([record]).get("eve")).toEqual([]);
  });

  it("is of gold and speed where only those are known", () => {
    const rushed = { name: "eve", skill: undefined, gold: { n: 100, correct: 30 }, speed: { n: 100, rushed: 90 } };
    const records = [rushed, { name: "ada", skill: undefined, ...nobody }];
    expect([...findSuspects(records)]).toEqual([
      ["eve", ["gold", "speed"]],
      ["ada", []],
    ]);
  });

  it("falls on nobody where all are equally unsure", () => {
    const records = ["ada", "bob", "eve"].map((name) => ({
      name,
      skill: { rater: name, n: 100, accuracy: 0.5, skill: 0.3, error: 0.02 },
      ...nobody,
    }));
    expect([...findSuspects(records).values()].flat()).toEqual([]);
  });
});
