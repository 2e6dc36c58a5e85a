import { checkpoints } from "@anyone/db/checkpoints";
import { recordEvent } from "@anyone/db/events";
import { labellerRepository } from "@anyone/db/labellers";
import type { Run } from "@anyone/db/runs";
import { CheckpointId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { evaluateCheckpoint } from "@anyone/queues/jobs/evaluate";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { z } from "zod";
import type { TrainerContext } from "../context.ts";
import { settlePromotion } from "../evaluate/settle-promotion.ts";

/** Takes in a finished run: a diffusion run's checkpoint goes to evaluation, a labeller's goes back to its iteration. */
export async function finishRun({ runId }: { runId: string }, context: TrainerContext): Promise<Outcome> {
  const run = await context.runs.get(runId);
  if (run.state !== "done" && run.state !== "failed") return skipped(`run-${run.state}`);
  return run.kind === "labeller" ? finishLabeller(run, context) : finishDiffusion(run, context);
}

async function finishDiffusion(run: Run, { db }: TrainerContext): Promise<Outcome> {
  const { version } = run;
  const checkpoint = run.state === "done" ? await checkpoints.newestOf(db, run.id) : undefined;
  if (checkpoint && version !== null) {
    return done({
      write: (tx) => report(tx, run, "run-done", `Run ${run.id} is done`),
      next: [next(evaluateCheckpoint, { checkpointId: CheckpointId.parse(checkpoint.id), version })],
    });
  }
  return done({
    write: async (tx) => {
      await report(tx, run, "run-failed", `Run ${run.id} failed: ${run.reason ?? "it left no checkpoint"}`);
      // The others may be measured already and wait for nothing but this run.
      if (version !== null) await settlePromotion(tx, version, run.recipe);
    },
  });
}

function report(tx: Transaction, { id, iteration }: Run, kind: string, text: string): Promise<void> {
  const data = iteration === null ? { runId: id } : { runId: id, iteration };
  return recordEvent(tx, { stage: "train", kind, text, data });
}

/** What a labeller's fine-tuning leaves behind (see anyone_gpu/annotate/fine_tune.py). */
const LabellerResult = z.looseObject({
  id: z.string().min(1),
  model: z.string(),
  tier: z.string(),
  key: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  facts: z.looseObject({ answers: z.number().int() }),
});

async function finishLabeller(run: Run, { db, runs }: TrainerContext): Promise<Outcome> {
  const iteration = run.iteration ?? 0;
  const result = LabellerResult.safeParse(run.result);
  const goesOn = [next(advanceIteration, { iteration, nudge: `run-${run.id}` })];
  if (run.state === "failed" || !result.success) {
    const reason = run.reason ?? "its result is unreadable";
    return done({
      write: async (tx) => {
        // The iteration looks at the run's state: it must not wait for a labeller that will never be there.
        await runs.reject(tx, run.id, reason);
        await report(tx, run, "labeller-failed", `Fine-tuning of iteration ${iteration} failed: ${reason}`);
      },
      next: goesOn,
    });
  }
  const { id, model, tier, key, sha256, facts } = result.data;
  return done({
    write: async (tx) => {
      await labellerRepository(db).add(tx, {
        id,
        number: iteration,
        protocolId: String(run.config.protocol_id),
        model,
        tier,
        objectKey: key,
        sha256,
        iteration,
        trainedOn: facts.answers,
        facts,
      });
      const text = `The labeller learned from ${facts.answers} answers of people in iteration ${iteration}`;
      await report(tx, run, "labeller-trained", text);
    },
    next: goesOn,
  });
}
