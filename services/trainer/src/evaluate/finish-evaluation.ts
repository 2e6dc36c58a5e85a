import { recordEvent } from "@anyone/db/events";
import { reports } from "@anyone/db/reports";
import { trainedRecipes } from "@anyone/db/runs";
import { Metric } from "@anyone/domain/evaluate/metric";
import { done, type Outcome, skipped } from "@anyone/queues/job";
import { z } from "zod";
import type { TrainerContext } from "../context.ts";
import { settlePromotion } from "./settle-promotion.ts";

/** What an evaluation leaves behind (see anyone_gpu/evaluate/evaluation.py). */
const EvaluationResult = z.looseObject({
  metrics: z.array(Metric),
  grid: z.object({ key: z.string() }).nullish(),
});

const Planned = z.looseObject({ report_id: z.string(), checkpoint_id: z.string() });

/** Takes in a finished evaluation, or that it failed; the last one of a training decides the promotion. */
export async function finishEvaluation({ runId }: { runId: string }, { runs }: TrainerContext): Promise<Outcome> {
  const run = await runs.get(runId);
  if (run.state !== "done" && run.state !== "failed") return skipped(`run-${run.state}`);
  const { report_id: reportId, checkpoint_id: checkpointId } = Planned.parse(run.config);
  const result = run.state === "done" ? EvaluationResult.safeParse(run.result) : undefined;
  const measured = result?.data;
  const about = { stage: "evaluate", data: { reportId, checkpointId } };
  return done({
    write: async (tx) => {
      if (measured) {
        await reports.complete(tx, reportId, { metrics: measured.metrics, gridKey: measured.grid?.key ?? null });
        await recordEvent(tx, { ...about, kind: "evaluated", text: `${checkpointId} was evaluated` });
      } else {
        const reason = result ? "its result is unreadable" : (run.reason ?? "no reason given");
        await runs.reject(tx, run.id, reason);
        await reports.fail(tx, reportId);
        const text = `The evaluation of ${checkpointId} failed: ${reason}`;
        await recordEvent(tx, { ...about, kind: "evaluation-failed", text });
      }
      // Its own training, and those of the version that it stands against as the incumbent.
      for (const recipe of run.version === null ? [] : await trainedRecipes(tx, run.version)) {
        await settlePromotion(tx, run.version as number, recipe);
      }
    },
  });
}
