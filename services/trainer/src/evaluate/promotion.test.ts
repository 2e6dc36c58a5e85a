import { labellerRepository } from "@anyone/db/labellers";
import type { LeasedRun } from "@anyone/db/runs";
import type { Metric } from "@anyone/domain/evaluate/metric";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { endRun } from "../train/end-run.ts";
import { openTrainer, type Pooled, type TestTrainer } from "../trainer.fixture.ts";

let trainer: TestTrainer;
beforeEach(async () => {
  trainer = await openTrainer();
});
afterEach(() => trainer.close());

const POOL: Pooled[] = [1, 2, 3].map((seed) => ({ seed, evaluated: seed === 1 }));

/** Releases a version whose training is `seeds` pairs of the recipe, up to where workers take over. */
async function release(seeds = 1): Promise<number> {
  const [known] = await trainer.db.query("SELECT 1 FROM assets LIMIT 1");
  if (!known) await trainer.fill(POOL);
  const version = await trainer.openVersion({ training: { recipe: "sd15_tiny", seeds } });
  await trainer.work();
  return version;
}

/** What the worker of a run says at its end; `loss` as the evaluation measures it. */
interface Ending {
  outcome?: string;
  loss?: number;
  checkpoint?: boolean;
  result?: unknown;
}

/** A worker takes the runs that wait, in their order, and ends each as told; several at once end at the same moment. */
async function runWorkers(endings: readonly Ending[], { together = false } = {}): Promise<string[]> {
  const { runs, db } = trainer.context;
  const leased: { run: LeasedRun; ending: Ending }[] = [];
  for (const ending of endings) {
    const run = await runs.lease("w", ["diffusion", "evaluation", "labeller"], 30);
    if (!run) throw new Error("no run waits");
    leased.push({ run, ending });
  }
  const end = async ({ run, ending }: (typeof leased)[0]) => {
    const {
      outcome = "ok",
      loss = 1,
      checkpoint = true,
      result = { metrics: [measured("loss_validation", loss)] },
    } = ending;
    if (run.kind === "diffusion" && checkpoint) {
      await runs.commitCheckpoint(run.id, run.attempt, {
        step: 10,
        manifestKey: `run/${run.id}`,
        sha256: "0".repeat(64),
      });
    }
    const reason = outcome === "ok" ? "" : "because";
    const said = { runId: run.id, attempt: run.attempt, outcome, reason, seq: 1n };
    await endRun(db, runs, { ...said, resultJson: JSON.stringify(result) });
  };
  if (together) await Promise.all(leased.map(end));
  else for (const one of leased) await end(one);
  await trainer.work();
  return leased.map(({ run }) => run.id);
}

function measured(name: string, value: number, low: number | null = null): Metric {
  return { state: "measured", name, value, low, high: null, n: 9, seed: 0, method: "by hand", model: null };
}

const decisions = () =>
  trainer.db.query<{ id: string; subject: string; previous: string | null; promoted: boolean; reason: string }>(
    "SELECT id, subject, previous, promoted, reason FROM promotions ORDER BY decided_at",
  );
const checkpointOf = (version: number, arm: string, seed = 0) => `v${version}-sd15_tiny-${arm}-${seed}-s10-a1`;

describe("a released version", () => {
  it("is trained with HOLA and with β = 0 on the same seeds", async () => {
    const version = await release(2);
    const runs = await trainer.db.query<{ id: string; arm: string; seed: number; config: { overrides: object } }>(
      "SELECT id, arm, seed, config FROM runs ORDER BY id",
    );
    expect(runs.map(({ arm, seed }) => [arm, seed])).toEqual([
      ["hola", 0],
      ["hola", 1],
      ["plain", 0],
      ["plain", 1],
    ]);
    expect(runs.map(({ config }) => config.overrides)).toEqual([{}, {}, { beta: 0 }, { beta: 0 }]);
    const { manifestKey: key, manifestSha256: sha256 } = await trainer.context.versions.get(version);
    expect(runs[0]?.config).toMatchObject({ dataset: { key, sha256 }, recipe: "sd15_tiny", seed: 0 });
  });

  it("has the same pictures, noise and judge for each of its checkpoints, whoever answers by then", async () => {
    await release();
    await runWorkers([{}]);
    await trainer.db.transaction(async (tx) => {
      const labellers = labellerRepository(trainer.db);
      const untrained = await labellers.get("embedded-0");
      await labellers.add(tx, { ...untrained, id: "embedded-1", number: 1, objectKey: "k", sha256: "0".repeat(64) });
      await labellers.promote(tx, "embedded-1");
    });
    await runWorkers([{}]);
    const evaluations = await trainer.db.query<{ config: Record<string, unknown> }>(
      "SELECT config FROM runs WHERE kind = 'evaluation'",
    );
    const settings = evaluations.map(({ config: { checkpoint, checkpoint_id, report_id, ...rest } }) => rest);
    expect(settings).toHaveLength(2);
    expect(settings[1]).toEqual(settings[0]);
  });
});

describe("the promotion", () => {
  it("takes the first checkpoint with HOLA once every arm is measured", async () => {
    const version = await release();
    await runWorkers([{}, {}]);
    await runWorkers([{ loss: 0.4 }]);
    expect(await decisions()).toEqual([]);
    await runWorkers([{ loss: 0.3 }]);
    expect(await decisions()).toMatchObject([
      { id: "diffusion-v1", subject: checkpointOf(version, "hola"), previous: null, promoted: true },
    ]);
    expect(await trainer.events("promotion-decided")).toHaveLength(1);
  });

  it("is decided once when the last evaluations end at the same moment", async () => {
    await release(3);
    await runWorkers(Array(6).fill({}));
    await runWorkers(Array(6).fill({}), { together: true });
    expect(await decisions()).toHaveLength(1);
    expect(await trainer.events("promotion-decided")).toHaveLength(1);
  });

  it.each([
    { loss: 0.9, promoted: true },
    { loss: 1.1, promoted: false },
  ])(
    "measures the incumbent on the new version first: $loss against 1 promotes $promoted",
    async ({ loss, promoted }) => {
      await release();
      await runWorkers([{}, {}]);
      await runWorkers([{}, {}]);
      const version = await release();
      await runWorkers([{}, {}]);
      await runWorkers([{ loss }, { loss }]);
      expect(await decisions()).toHaveLength(1);
      await runWorkers([{ loss: 1 }]);
      const [first, second] = await decisions();
      expect(second).toMatchObject({ subject: checkpointOf(version, "hola"), previous: first?.subject, promoted });
      const [generates] = await trainer.db.query(
        "SELECT id FROM checkpoints ORDER BY promoted_at DESC NULLS LAST LIMIT 1",
      );
      expect(generates).toEqual({ id: promoted ? second?.subject : first?.subject });
    },
  );

  it("does not wait for a run that failed, also when that one ends last", async () => {
    const version = await release(2);
    await runWorkers([{}, {}, {}]);
    await runWorkers([{ outcome: "user_error" }]);
    await runWorkers([{}, {}, {}]);
    expect(await decisions()).toMatchObject([{ subject: checkpointOf(version, "hola"), promoted: true }]);
  });

  it("is settled by the failure of the last run when everything else is measured", async () => {
    await release();
    const [first] = await runWorkers([{}]);
    expect(first).toContain("hola");
    const { runs } = trainer.context;
    const plain = await runs.lease("w", ["diffusion"], 30);
    await runWorkers([{}]);
    expect(await decisions()).toEqual([]);
    const said = {
      runId: plain?.id ?? "",
      attempt: 1,
      outcome: "user_error",
      reason: "because",
      resultJson: "",
      seq: 1n,
    };
    await endRun(trainer.db, runs, said);
    await trainer.work();
    expect(await decisions()).toMatchObject([{ promoted: true }]);
  });

  it("takes another seed's checkpoint when the first left none", async () => {
    const version = await release(2);
    await runWorkers([{ checkpoint: false }, {}, {}, {}]);
    await runWorkers([{}, {}, {}]);
    expect(await decisions()).toMatchObject([{ subject: checkpointOf(version, "hola", 1), promoted: true }]);
    expect(await trainer.events("run-failed")).toEqual([expect.stringContaining("left no checkpoint")]);
  });

  it("says no when the newcomer could not be measured, or its result cannot be read", async () => {
    await release();
    await runWorkers([{}, {}]);
    await runWorkers([{ result: { metrics: "many" } }, {}]);
    expect(await decisions()).toMatchObject([{ promoted: false, reason: "no validation loss could be measured" }]);
    expect(await trainer.events("evaluation-failed")).toEqual([expect.stringContaining("unreadable")]);
    expect(await trainer.db.query("SELECT state FROM reports ORDER BY state")).toEqual([
      { state: "done" },
      { state: "failed" },
    ]);
  });

  it("says no when every run with HOLA failed", async () => {
    await release();
    await runWorkers([{ outcome: "user_error" }, {}]);
    await runWorkers([{}]);
    expect(await decisions()).toMatchObject([{ promoted: false, reason: "no run with HOLA left a checkpoint" }]);
  });

  it("goes past an incumbent that cannot be measured any more", async () => {
    await release();
    await runWorkers([{}, {}]);
    await runWorkers([{}, {}]);
    await release();
    await runWorkers([{}, {}]);
    await runWorkers([{}, {}]);
    await runWorkers([{ outcome: "user_error" }]);
    expect((await decisions())[1]).toMatchObject({
      promoted: true,
      reason: expect.stringContaining("no validation loss"),
    });
  });
});

describe("a labeller's run", () => {
  async function plan(): Promise<void> {
    await trainer.db.transaction((tx) =>
      trainer.context.runs.plan(tx, [
        {
          id: "labeller-1",
          kind: "labeller",
          recipe: "embedded",
          iteration: 1,
          config: { protocol_id: "prime-human@1.0.0" },
        },
      ]),
    );
  }

  it("leaves a labeller and nudges its iteration", async () => {
    await plan();
    const made = {
      id: "embedded-1",
      model: "m",
      tier: "embedded",
      key: "k",
      sha256: "0".repeat(64),
      facts: { answers: 7 },
    };
    await runWorkers([{ result: made }]);
    expect(await labellerRepository(trainer.db).get("embedded-1")).toMatchObject({ number: 1, trainedOn: 7 });
    expect(await trainer.db.query("SELECT id FROM tasks WHERE stage = 'review'")).toEqual([
      { id: "review.advance:1.run-labeller-1" },
    ]);
  });

  it("has failed when its result cannot be read, so that its iteration does not wait for ever", async () => {
    await plan();
    await runWorkers([{ result: { id: 5 } }]);
    expect(await trainer.context.runs.get("labeller-1")).toMatchObject({
      state: "failed",
      reason: "its result is unreadable",
    });
    expect(await trainer.db.query("SELECT id FROM tasks WHERE stage = 'review'")).toHaveLength(1);
  });
});
