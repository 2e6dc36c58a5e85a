import { recordEvent } from "@anyone/db/events";
import { labellerRepository } from "@anyone/db/labellers";
import type { Run } from "@anyone/db/runs";
import { CheckpointId } from "@anyone/domain/ids";
import { done, next, type Outcome, skipped } from "@anyone/queues/job";
import { evaluateCheckpoint } from "@anyone/queues/jobs/evaluate";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { z } from "zod";
import type { TrainerContext } from "../context.ts";

/** Takes in a finished run: a diffusion run's checkpoint goes to evaluation, a labeller's goes back to its iteration. */
export async function finishRun({ runId }: { runId: string }, context: TrainerContext): Promise<Outcome> {
  const run = await context.runs.get(runId);
  if (run.state !== "done" && run.state !== "failed") return skipped(`run-${run.state}`);
  return run.kind === "labeller" ? finishLabeller(run, context) : finishDiffusion(run, context);
}

async function finishDiffusion(run: Run, { runs }: TrainerContext): Promise<Outcome> {
  const checkpoint = run.state === "done" ? await runs.newestCheckpoint(run.id) : undefined;
  const text = checkpoint ? `Run ${run.id} is done` : `Run ${run.id} failed: ${run.reason ?? "it left no checkpoint"}`;
  return done({
    write: (tx) => recordEvent(tx, { stage: "train", kind: `run-${run.state}`, text, data: { runId: run.id } }),
    next:
      checkpoint && run.version !== null
        ? [next(evaluateCheckpoint, { checkpointId: CheckpointId.parse(checkpoint.id), version: run.version })]
        : [],
  });
}

/** What a labeller's fine-tuning leaves behind (see anyone_gpu/annotate/fine_tune.py). */
const LabellerResult = z.object({
  id: z.string().min(1),
  model: z.string(),
  tier: z.string(),
  key: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  facts: z.looseObject({ answers: z.number().int() }),
});

async function finishLabeller(run: Run, { db }: TrainerContext): Promise<Outcome> {
  const iteration = run.iteration ?? 0;
  const nudge = next(advanceIteration, { iteration, nudge: `run-${run.id}` });
  if (run.state === "failed") {
    const text = `Fine-tuning of iteration ${iteration} failed: ${run.reason ?? "no reason given"}`;
    return done({
      write: (tx) => recordEvent(tx, { stage: "train", kind: "labeller-failed", text, data: { runId: run.id } }),
      next: [nudge],
    });
  }
  const { id, model, tier, key, sha256, facts } = LabellerResult.parse(run.result);
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
      await recordEvent(tx, { stage: "train", kind: "labeller-trained", text, data: { runId: run.id, iteration } });
    },
    next: [nudge],
  });
}
