import { pagesBesideSuggestions } from "@anyone/db/anchoring";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { measureAnchoring } from "@anyone/domain/review/anchoring";
import { afterEach, describe, expect, it } from "vitest";
import { type Loop, latestOf, startLoop } from "./loop.fixture.ts";

let loop: Loop;
afterEach(() => loop?.close());

const POLICY = {
  evaluationSize: 10,
  sampleSize: 24,
  minScored: 3,
  maxIterations: 2,
  bar: 0.99,
  blindShare: 0.5,
  uniformShare: 0.25,
};
/** What is drawn uniformly is blind always, and compared with nothing. */
const COMPARED = 24 * 0.75;

describe("what the labeller had said", { timeout: 60_000 }, () => {
  it("is kept with each answer of a sample, blind pages too, and compared where both kinds were asked", async () => {
    loop = await startLoop(POLICY, { skill: [0.2, 0.6, 0.7], assets: 80 });
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    await loop.answerAll();
    // in the first iteration every page is blind: nothing to compare
    expect(await pagesBesideSuggestions(loop.db, primeHuman)).toEqual([]);
    await loop.settleTasks();
    expect((await latestOf(loop)).number).toBe(2);
    await loop.answerAll();

    const pages = await pagesBesideSuggestions(loop.db, primeHuman);
    expect(pages).toHaveLength(COMPARED);
    const { shown, blind, sway } = measureAnchoring(pages);
    expect(shown.pages + blind.pages).toBe(COMPARED);
    // the fixture's people answer the truth, whatever they are shown: they agree as often as the labeller is right
    for (const arm of [shown, blind]) expect(Math.abs((arm.agreement ?? 0) - 0.6)).toBeLessThan(0.15);
    expect((sway?.low ?? 1) <= 0 && (sway?.high ?? -1) >= 0).toBe(true);
    const [row] = await loop.db.query<{ evaluation: number; sample: number }>(
      `SELECT count(suggested) FILTER (WHERE purpose <> 'sample')::int AS evaluation,
              count(suggested) FILTER (WHERE purpose = 'sample')::int AS sample FROM human_answers`,
    );
    expect(row?.evaluation).toBe(0);
    expect(row?.sample).toBeGreaterThan(500);
  });
});
