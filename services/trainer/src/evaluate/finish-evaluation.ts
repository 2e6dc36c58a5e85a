import { recordEvent } from "@anyone/db/events";
import { reportId, reports } from "@anyone/db/reports";
import type { Run } from "@anyone/db/runs";
import { Metric } from "@anyone/domain/evaluate/metric";
import { decidePromotion } from "@anyone/domain/evaluate/promotion";
import { CheckpointId } from "@anyone/domain/ids";
import type { NextTask } from "@anyone/domain/tasks";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { evaluateCheckpoint } from "@anyone/queues/jobs/evaluate";
import { z } from "zod";
import type { TrainerContext } from "../context.ts";

/** What an evaluation leaves behind (see anyone_gpu/evaluate/evaluation.py). */
const EvaluationResult = z.looseObject({
  metrics: z.array(Metric),
  grid: z.object({ key: z.string() }).nullish(),
});

/**
 * Takes in a finished evaluation. When every checkpoint of the version is measured, decides the promotion; the
 * incumbent is measured on the same version first.
 */
export async function finishEvaluation({ runId }: { runId: string }, context: TrainerContext): Promise<Outcome> {
  const run = await context.runs.get(runId);
  if (run.state !== "done" && run.state !== "failed") return skipped(`run-${run.state}`);
  const { report_id: id, checkpoint_id: checkpointId } = z
    .looseObject({ report_id: z.string(), checkpoint_id: z.string() })
    .parse(run.config);
  const write = await outcomeOf(run, id, checkpointId);
  const decision = await decide(run, context);
  return done({
    write: async (tx) => {
      await write(tx);
      await decision.write(tx);
    },
    next: decision.next,
  });
}

type Write = (tx: Transaction) => Promise<void>;

async function outcomeOf(run: Run, id: string, checkpointId: string): Promise<Write> {
  const data = { reportId: id, checkpointId };
  if (run.state === "failed") {
    return async (tx) => {
      await reports.fail(tx, id);
      const text = `The evaluation of ${checkpointId} failed: ${run.reason ?? "no reason given"}`;
      await recordEvent(tx, { stage: "evaluate", kind: "evaluation-failed", text, data });
    };
  }
  const { metrics, grid } = EvaluationResult.parse(run.result);
  return async (tx) => {
    await reports.complete(tx, id, { metrics, gridKey: grid?.key ?? null });
    await recordEvent(tx, { stage: "evaluate", kind: "evaluated", text: `${checkpointId} was evaluated`, data });
  };
}

interface Decision {
  write: Write;
  next: NextTask[];
}

const NOTHING: Decision = { write: async () => {}, next: [] };

async function decide(run: Run, { runs }: TrainerContext): Promise<Decision> {
  const version = run.version;
  if (version === null) return NOTHING;
  const trained = await runs.ofVersion(version, "diffusion");
  const evaluations = await runs.ofVersion(version, "evaluation");
  const open = [...trained, ...evaluations].some(({ state }) => state === "waiting" || state === "leased");
  const finished = trained.filter(({ state }) => state === "done");
  if (open || evaluations.length < finished.length) return NOTHING;

  const newcomer = finished.find(({ arm }) => arm === "hola");
  const checkpoint = newcomer && (await runs.newestCheckpoint(newcomer.id));
  if (!checkpoint) return NOTHING;
  const incumbent = await runs.promoted();
  const rival = incumbent && incumbent.version !== version ? incumbent : undefined;
  const rivalRun = rival && evaluations.find(({ config }) => config.checkpoint_id === rival.id);
  if (rival && !rivalRun) {
    return {
      write: async () => {},
      next: [next(evaluateCheckpoint, { checkpointId: CheckpointId.parse(rival.id), version })],
    };
  }
  const own = evaluations.find(({ config }) => config.checkpoint_id === checkpoint.id);
  const failed = own?.state !== "done" || (rivalRun && rivalRun.state !== "done");
  return {
    next: [],
    write: async (tx) => {
      // Two evaluations may end at once: whoever comes second here sees both reports.
      await tx.query(`SELECT pg_advisory_xact_lock(hashtext('promotion'))`);
      const report = await reports.get(tx, reportId(checkpoint.id, version));
      const rivalReport = rival && (await reports.get(tx, reportId(rival.id, version)));
      if (!failed && (report?.state !== "done" || (rival && rivalReport?.state !== "done"))) return;
      const decision = decidePromotion(report?.metrics ?? [], rivalReport?.metrics);
      const previous = rival?.id ?? null;
      await reports.decide(tx, { ...decision, checkpointId: checkpoint.id, previous, version, facts: { version } });
      const text = `${checkpoint.id} was ${decision.promoted ? "promoted" : "not promoted"}: ${decision.reason}`;
      await recordEvent(tx, {
        stage: "evaluate",
        kind: "promotion-decided",
        text,
        data: { checkpointId: checkpoint.id },
      });
    },
  };
}
