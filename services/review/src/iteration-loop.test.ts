import { createHash } from "node:crypto";
import { evaluationSets } from "@anyone/db/evaluation-sets";
import { iterations } from "@anyone/db/iterations";
import { addLabeller, putLabellerInUse } from "@anyone/db/use-labeller";
import { GIVER } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import type { IterationReport } from "@anyone/domain/review/report";
import { afterEach, describe, expect, it } from "vitest";
import { advanceIteration } from "./advance-iteration.ts";
import { type Loop, latestOf, startLoop, truthOf } from "./loop.fixture.ts";
import { sweepIteration } from "./sweep.ts";

let loop: Loop;
afterEach(() => loop?.close());

/** Lets people and machines work until the loop has ended; returns the iterations. */
async function turn(): Promise<Awaited<ReturnType<typeof latestOf>>[]> {
  for (let round = 0; round < 20; round++) {
    await loop.settleTasks();
    await loop.answerAll();
    await loop.settleTasks();
    const latest = await latestOf(loop);
    if (latest.state === "closed" && latest.stopReason) break;
  }
  const all = await Promise.all(Array.from({ length: 9 }, (_, n) => iterations.get(loop.db, n + 1)));
  return all.filter((one) => one !== undefined);
}

function reportOf(iteration: { scores: unknown } | undefined): IterationReport {
  return iteration?.scores as IterationReport;
}

// 20 evaluation assets are no evidence: the paper's rule decides here
const POLICY = { rule: "point" as const, evaluationSize: 20, sampleSize: 8, minScored: 3, maxIterations: 4 };

// every page of every iteration goes through the socket
describe("a loop of iterations", { timeout: 60_000 }, () => {
  it("asks everything first, then only what is under the bar, and ends when all is decided", async () => {
    loop = await startLoop(POLICY, { skill: [0.1, 0.75, 1] });
    await loop.client.call.openIteration({ trigger: "manual" });
    const [first, second, ...more] = await turn();
    expect(first?.asked).toHaveLength(70);
    expect(first?.stopReason).toBeNull();
    expect(second?.asked.length).toBeLessThan(70);
    expect(second?.asked).toEqual(primeHuman.categories.map(({ n }) => n).filter((n) => !first?.settled.includes(n)));
    expect(second?.stopReason).toBe("all-decided");
    expect(more).toEqual([]);

    const report = reportOf(first);
    expect(report.before.labeller).toBe("embedded-0");
    expect(report.after.labeller).toBe("embedded-1");
    expect(report.before.all.accuracy).toBeLessThan(0.25);
    expect(report.after.all.accuracy).toBeGreaterThan(0.6);
    expect(reportOf(second).after.all.accuracy).toBe(1);
    expect(report.evaluationAssets).toBe(20);
    expect(report.spent.total).toBe(report.spent.evaluation + report.spent.sample);
    expect(report.share.ofAll).toBeCloseTo(report.spent.total / (60 * 70));
  });

  it("freezes one evaluation set, hashes it, and never samples or suggests it", async () => {
    loop = await startLoop({ ...POLICY, bar: 0.99, blindShare: 0 }, { skill: [0.1, 0.5, 0.6, 0.7] });
    await loop.client.call.openIteration({ trigger: "manual" });
    const done = await turn();
    expect(done.length).toBeGreaterThan(1);
    const { id, sha256, assetIds } = await loop.client.call.getEvaluationSet({});
    expect(assetIds).toHaveLength(20);
    expect(sha256).toBe(
      createHash("sha256")
        .update(assetIds.map((one) => `${one}\n`).join(""))
        .digest("hex"),
    );
    expect(done.every(({ evaluationSetId }) => evaluationSetId === id)).toBe(true);
    const overlap = await loop.db.query(
      `SELECT 1 FROM samples JOIN evaluation_items USING (asset_id)
       UNION ALL SELECT 1 FROM review_tasks WHERE purpose = 'evaluation' AND NOT blind
       UNION ALL SELECT 1 FROM human_answers h JOIN evaluation_items e USING (asset_id) WHERE h.purpose <> 'evaluation'
       UNION ALL SELECT 1 FROM samples GROUP BY asset_id HAVING count(*) > 1`,
    );
    expect(overlap).toEqual([]);
    expect((await evaluationSets.items(loop.db, id)).length).toBe(20);
  });

  it("puts people's answers over the labeller's on sampled assets, and leaves evaluation rows the labeller's own", async () => {
    loop = await startLoop(POLICY);
    await loop.client.call.openIteration({ trigger: "manual" });
    await turn();
    const rows = await loop.db.query<{
      id: string;
      value: number[];
      giver: number[];
      evaluation: boolean;
      sampled: boolean;
    }>(
      `SELECT asset_id AS id, value, giver, EXISTS (SELECT 1 FROM evaluation_items e WHERE e.asset_id = a.asset_id) AS evaluation,
              EXISTS (SELECT 1 FROM samples s WHERE s.asset_id = a.asset_id AND s.iteration = 1) AS sampled FROM answers a`,
    );
    const sampled = rows.filter((row) => row.sampled);
    expect(sampled).toHaveLength(8);
    for (const { id, value } of sampled) expect(value).toEqual(truthOf(id));
    expect(sampled.every(({ giver }) => giver.includes(GIVER.person))).toBe(true);
    expect(rows.filter((row) => row.evaluation).some(({ giver }) => giver.includes(GIVER.person))).toBe(false);
  });

  it("cuts a version when it ends, and not before", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1 });
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    expect(await loop.db.query("SELECT 1 FROM dataset_versions")).toEqual([]);
    const [only] = await turn();
    expect(["all-decided", "budget-spent"]).toContain(only?.stopReason);
    expect(await loop.db.query("SELECT number, labeller_id FROM dataset_versions")).toEqual([
      { number: 1, labeller_id: "embedded-1" },
    ]);
  });

  it("answers the whole pool before it ends, each asset by the labeller that stays and under the protocol asked", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1 });
    await loop.client.call.openIteration({ trigger: "manual" });
    const [only] = await turn();
    expect(only).toMatchObject({ state: "closed", labellerAfter: "embedded-1" });
    const rows = await loop.db.query(
      `SELECT p.id, l.id AS labeller, a.protocol_id AS protocol FROM pool p LEFT JOIN answers a ON a.asset_id = p.id
       LEFT JOIN labellers l ON l.number = a.labeller AND l.protocol_id = a.protocol_id`,
    );
    expect(rows).toHaveLength(loop.assetIds.length);
    expect(
      rows.filter(({ labeller, protocol }) => labeller !== "embedded-1" || protocol !== primeHuman.identity),
    ).toEqual([]);
  });

  it("does not let a labeller answer that is worse than the one before", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1, bar: 0.7 }, { skill: [0.9, 0.2] });
    await loop.client.call.openIteration({ trigger: "manual" });
    const [only] = await turn();
    expect(reportOf(only).promoted).toBe(false);
    expect(only?.labellerAfter).toBe("embedded-0");
    expect(only?.settled.length).toBeGreaterThan(10);
    expect(await loop.db.query("SELECT DISTINCT labeller FROM answers")).toEqual([{ labeller: 0 }]);
    expect(await loop.db.query("SELECT promoted, slot FROM promotions")).toEqual([{ promoted: false, slot: "vlm" }]);
  });

  it("has the pool answered by a labeller that an operator put in use, before people are asked", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1 });
    const large = { id: "large-0", protocolId: primeHuman.identity, model: "large", tier: "modern", facts: {} };
    await loop.db.transaction(async (tx) => {
      await addLabeller(tx, { ...large, objectKey: "labellers/large.json", sha256: "a".repeat(64) });
      await putLabellerInUse(tx, "large-0", "test operator");
    });
    await loop.client.call.openIteration({ trigger: "manual" });
    expect(await loop.settleTasks()).toContain("annotate.assets");
    expect(await latestOf(loop)).toMatchObject({ state: "labelling", labellerBefore: "large-0" });
    expect(await loop.db.query("SELECT DISTINCT labeller FROM answers")).toEqual([{ labeller: -1 }]);
  });

  it("ends under its own labellers when an operator puts another in use meanwhile", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1 });
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    const large = { id: "large-0", protocolId: primeHuman.identity, model: "large", tier: "modern", facts: {} };
    await loop.db.transaction(async (tx) => {
      await addLabeller(tx, { ...large, objectKey: "labellers/large.json", sha256: "a".repeat(64) });
      await putLabellerInUse(tx, "large-0", "test operator");
    });
    const [only] = await turn();
    expect(only).toMatchObject({ state: "closed", labellerAfter: "embedded-0" });
    expect(await loop.db.query("SELECT rule, promoted FROM promotions ORDER BY decided_at")).toEqual([
      { rule: "operator@1", promoted: true },
      { rule: "operator@1", promoted: false },
    ]);
  });

  it("closes with a reason when learning fails, and keeps what people said", async () => {
    loop = await startLoop(POLICY);
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    await loop.answerAll();
    await loop.db.query(
      `INSERT INTO runs (id, kind, recipe, config, iteration, state, reason) VALUES ('labeller-1', 'labeller', 'embedded', '{}', 1, 'failed', 'no memory')`,
    );
    const advance = () => advanceIteration({ iteration: 1 }, loop.context);
    for (let tick = 0; tick < 3; tick++) {
      const outcome = await advance();
      if (outcome.outcome === "done" && outcome.write) await loop.db.transaction(outcome.write);
    }
    expect(await latestOf(loop)).toMatchObject({ state: "closed", stopReason: "learning-failed" });
    expect((await loop.db.query("SELECT 1 FROM human_answers")).length).toBeGreaterThan(100);
  });
});

describe("a tick", { timeout: 60_000 }, () => {
  it("draws once, however many ticks come at once", async () => {
    loop = await startLoop(POLICY);
    await loop.client.call.openIteration({ trigger: "manual" });
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, () => advanceIteration({ iteration: 1 }, loop.context)),
    );
    await Promise.all(
      outcomes.map(async (outcome) => {
        if (outcome.outcome === "done" && outcome.write) await loop.db.transaction(outcome.write);
      }),
    );
    const counts = await loop.db.query("SELECT purpose, count(*)::int AS n FROM review_tasks GROUP BY 1 ORDER BY 1");
    expect(counts).toEqual([
      { purpose: "evaluation", n: 20 },
      { purpose: "sample", n: 8 },
    ]);
    expect((await loop.db.query("SELECT 1 FROM events WHERE kind = 'tasks-drawn'")).length).toBe(1);
  });

  it("waits for a pool that is too small, and says so", async () => {
    loop = await startLoop({ ...POLICY, evaluationSize: 55 });
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    expect(await loop.client.call.getIteration({ number: 0 })).toMatchObject({ state: "sampling", waitsFor: "pool" });
  });

  it("is found by the sweep when nobody nudged", async () => {
    loop = await startLoop(POLICY);
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    expect(await sweepIteration(loop.context, 1)).toBe(false);
    await loop.answerAll();
    await loop.db.query("DELETE FROM tasks WHERE state = 'ready'");
    expect(await sweepIteration(loop.context, 1)).toBe(true);
    expect(await sweepIteration(loop.context, 1)).toBe(false);
    await loop.settleTasks();
    expect((await latestOf(loop)).state === "closed" || (await latestOf(loop)).number > 1).toBe(true);
  });

  it("goes on past a chunk that is dead, so that one broken image holds nothing up", async () => {
    loop = await startLoop({ ...POLICY, maxIterations: 1 }, { broken: -1 });
    await loop.client.call.openIteration({ trigger: "manual" });
    await loop.settleTasks();
    const broken = loop.assetIds.at(-1);
    await turn();
    expect(await loop.db.query("SELECT FROM tasks WHERE state = 'dead'")).not.toEqual([]);
    expect((await latestOf(loop)).state).toBe("closed");
    const [row] = await loop.db.query<{ labeller: number }>("SELECT labeller FROM answers WHERE asset_id = $1", [
      broken,
    ]);
    expect(row?.labeller).toBe(0);
  });
});
