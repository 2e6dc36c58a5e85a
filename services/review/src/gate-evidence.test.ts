import { readEvidence, readGates } from "@anyone/db/browse/gates";
import { gateDecisions } from "@anyone/db/gate-decisions";
import { poolEstimates } from "@anyone/db/pool-estimates";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { alphaAt } from "@anyone/domain/review/gate";
import { ACCURACY } from "@anyone/domain/review/pool-estimate";
import { afterEach, describe, expect, it } from "vitest";
import { type Loop, latestOf, startLoop, truthOf } from "./loop.fixture.ts";

let loop: Loop;
afterEach(() => loop?.close());

/** Lets people and machines work until the loop has ended. */
async function turn(): Promise<void> {
  await loop.client.call.openIteration({ trigger: "manual" });
  for (let round = 0; round < 20; round++) {
    await loop.settleTasks();
    await loop.answerAll();
    await loop.settleTasks();
    const latest = await latestOf(loop);
    if (latest.state === "closed" && latest.stopReason) break;
  }
}

// every page of every iteration goes through the socket
describe("the gate's evidence in a loop", { timeout: 180_000 }, () => {
  it("keeps what every decision was made by, starts afresh with each labeller, and ends with the iterations", async () => {
    loop = await startLoop(
      { evaluationSize: 60, sampleSize: 6, maxIterations: 3 },
      { assets: 100, skill: [0.1, 0.7, 1, 0.2] },
    );
    await turn();
    const [one, two, three] = await Promise.all([1, 2, 3].map((number) => readGates(loop.db, number)));
    expect(one).toHaveLength(70);
    expect(one?.every(({ evidence }) => evidence !== "graduate")).toBe(true);

    // a labeller that is always right: what applies to enough images goes, what does to few is not decided
    expect(two?.filter(({ evidence }) => evidence === "graduate").length).toBeGreaterThan(5);
    expect(two?.filter(({ evidence }) => evidence === "undecided").length).toBeGreaterThan(10);
    for (const gate of two ?? []) {
      expect(gate).toMatchObject({ labellerId: "embedded-2", attempt: 2, evaluationSetId: expect.any(String) });
      expect(gate.alpha).toBeCloseTo(alphaAt(0.05, 2), 6);
      expect(gate.verdict === "settled").toBe(gate.evidence === "graduate");
      expect(gate.low).toBeLessThanOrEqual(gate.high ?? 0);
      // one person answered each image: nothing is known of the evaluation set's own errors
      expect(gate.goldError).toBeNull();
    }

    // the third labeller is worse and does not get to answer: the second one's evidence stands, under its own alpha
    expect(three?.every(({ labellerId, attempt }) => labellerId === "embedded-2" && attempt === 2)).toBe(true);
    expect(three?.map(({ logAbove }) => logAbove)).toEqual(two?.map(({ logAbove }) => logAbove));
    expect((await latestOf(loop)).stopReason).toBe("budget-spent");

    const history = await readEvidence(loop.db, 3);
    expect(history.filter(({ category }) => category === 1).map(({ iteration }) => iteration)).toEqual([1, 2, 3]);
    expect(await readEvidence(loop.db, 1)).toHaveLength(70);
  });

  it("numbers labellers by what was decided about them, not by iterations", async () => {
    loop = await startLoop({ evaluationSize: 10, sampleSize: 5, maxIterations: 1, rule: "point" });
    await turn();
    const [gate] = await readGates(loop.db, 1);
    const of = { evaluationSetId: gate?.evaluationSetId ?? null };
    const attempt = (labellerId: string, iteration: number) =>
      gateDecisions.attemptOf(loop.db, { ...of, labellerId, iteration });
    expect(await attempt("embedded-1", 2)).toBe(1);
    expect(await attempt("embedded-1", 1)).toBe(1);
    // the one that was there before: its place would have gone to the second iteration's own labeller first
    expect(await attempt("embedded-0", 2)).toBe(3);
    await loop.db.query(
      `INSERT INTO labellers (id, number, protocol_id, model, tier, iteration) SELECT 'embedded-2', 2, protocol_id, model, tier, 1
         FROM labellers WHERE id = 'embedded-1'`,
    );
    // a labeller that was tried and never answered has used up a number
    expect(await attempt("embedded-0", 2)).toBe(3);
    expect(await attempt("embedded-2", 1)).toBe(2);
  });

  it("takes a settled category back when blind pages show that the pool has moved away from the evaluation set", async () => {
    const policy = { evaluationSize: 30, sampleSize: 30, maxIterations: 1, rule: "point" as const, auditShare: 0.5 };
    loop = await startLoop(policy, { assets: 160, skill: [0.1, 1, 0.2] });
    await turn();
    const settled = (await latestOf(loop)).settled;
    expect(settled).toContain(1);
    expect(settled).toContain(2);

    // what came since is answered wrongly about the first question, and the evaluation set does not know
    await loop.db.query(
      `UPDATE answers SET value[1] = (value[1] + 1) % 4, answered_at = answered_at
        WHERE asset_id NOT IN (SELECT asset_id FROM evaluation_items)`,
    );
    await turn();
    const pages = await loop.db.query<{ blind: boolean; questions: number }>(
      `SELECT blind, cardinality(categories) AS questions FROM review_tasks WHERE iteration = 2 AND purpose = 'sample'`,
    );
    const whole = pages.filter(({ questions }) => questions === 70);
    expect(whole.length).toBeGreaterThan(5);
    expect(whole.length).toBeLessThan(pages.length);
    expect(whole.every(({ blind }) => blind)).toBe(true);

    const gates = await readGates(loop.db, 2);
    expect(gates[0]).toMatchObject({ category: 1, overPoint: true, drifted: true, verdict: "open" });
    expect(gates[1]).toMatchObject({ category: 2, overPoint: true, drifted: false, verdict: "settled" });
    expect(gates[0]?.logDrift).toBeGreaterThan(Math.log(1000));
    const latest = await latestOf(loop);
    expect(latest.settled).not.toContain(1);
    expect(latest.settled).toContain(2);
    expect(await loop.db.query("SELECT data FROM events WHERE kind = 'categories-drifted'")).toMatchObject([
      { data: { iteration: 2, categories: [1], labeller: "embedded-1" } },
    ]);

    // the next labeller was worse and the same one still answers: the frozen evaluation set does not settle it again
    expect(latest.labellerAfter).toBe("embedded-1");
    await turn();
    expect((await readGates(loop.db, 3))[0]).toMatchObject({ overPoint: true, drifted: true, verdict: "open" });
  });

  it("estimates of the pool what people said of the evaluation set and the labeller of everything", async () => {
    loop = await startLoop({ evaluationSize: 60, sampleSize: 4, maxIterations: 1 }, { assets: 260, skill: [0.1, 0.8] });
    await turn();
    const estimates = await poolEstimates.of(loop.db, 1);
    const shot = estimates.filter(({ category }) => category === 1);
    const shares = primeHuman.categories[0]?.options.map(
      (_, option) => loop.assetIds.filter((id) => truthOf(id)[0] === option).length / loop.assetIds.length,
    );
    const prevalence = shot.filter(({ option }) => option !== ACCURACY);
    expect(prevalence.length).toBeGreaterThan(1);
    for (const { option, low, high, pool, n } of prevalence) {
      expect([n, pool]).toEqual([60, 200]);
      expect(low).toBeLessThanOrEqual(shares?.[option] ?? 0);
      expect(high).toBeGreaterThanOrEqual(shares?.[option] ?? 1);
    }
    const accuracy = shot.find(({ option }) => option === ACCURACY);
    expect(accuracy?.low).toBeLessThan(0.8);
    expect(accuracy?.high).toBeGreaterThan(0.8);

    // a part of a large pool is a uniform part of it
    const all = await poolEstimates.cells(loop.db, primeHuman.identity, null);
    const some = await poolEstimates.cells(loop.db, primeHuman.identity, null, 130);
    const images = (cells: typeof all) =>
      cells.filter(({ category }) => category === 1).reduce((sum, { count }) => sum + count, 0);
    expect(images(all)).toBe(260);
    expect(images(some)).toBeGreaterThan(90);
    expect(images(some)).toBeLessThan(170);
  });
});
