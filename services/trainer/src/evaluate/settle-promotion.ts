import { addTasks } from "@anyone/db/add-tasks";
import { type Checkpoint, checkpoints } from "@anyone/db/checkpoints";
import { recordEvent } from "@anyone/db/events";
import { type Promotion, promotions } from "@anyone/db/promotions";
import { type Report, reportId, reports } from "@anyone/db/reports";
import { runsOfTraining } from "@anyone/db/runs";
import { decidePromotion, noPromotion, promotionId } from "@anyone/domain/evaluate/promotion";
import { CheckpointId } from "@anyone/domain/ids";
import type { Transaction } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { evaluateCheckpoint } from "@anyone/queues/jobs/evaluate";

/**
 * Decides the promotion of a training (a dataset version and a recipe) once nothing of it is still to end; until then,
 * and when it was decided before, nothing happens. The incumbent is measured on the same version first.
 *
 * Everything is read under one lock: of two evaluations that end at the same moment the second sees both.
 */
export async function settlePromotion(tx: Transaction, version: number, recipe: string): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('promotion'))`);
  const id = promotionId(version, recipe);
  const runs = await runsOfTraining(tx, version, recipe);
  if (runs.length === 0 || (await promotions.isDecided(tx, id))) return;
  if (runs.some(({ state }) => state === "waiting" || state === "leased")) return;

  const made: { checkpoint: Checkpoint; report: Report }[] = [];
  for (const { id: runId, state } of runs) {
    const checkpoint = state === "done" ? await checkpoints.newestOf(tx, runId) : undefined;
    if (!checkpoint) continue;
    const report = await reports.get(tx, reportId(checkpoint.id, version));
    if (!report || report.state === "waiting") return;
    made.push({ checkpoint, report });
  }
  const newcomer = made.find(({ checkpoint }) => checkpoint.arm === "hola");
  if (!newcomer) {
    const subject = runs.find(({ arm }) => arm === "hola")?.id ?? id;
    const reason = "no run with HOLA left a checkpoint";
    return conclude(tx, { id, subject, previous: null, ...noPromotion(reason), facts: { version, recipe } });
  }

  const incumbent = await checkpoints.promoted(tx);
  const rival = incumbent && (await reports.get(tx, reportId(incumbent.id, version)));
  if (incumbent && !rival) {
    const checkpointId = CheckpointId.parse(incumbent.id);
    return void (await addTasks(tx, [next(evaluateCheckpoint, { checkpointId, version })]));
  }
  if (rival?.state === "waiting") return;
  const against = rival && { metrics: rival.metrics, sameRecipe: incumbent?.recipe === recipe };
  await conclude(tx, {
    id,
    subject: newcomer.checkpoint.id,
    previous: incumbent?.id ?? null,
    ...decidePromotion(newcomer.report.metrics, against),
    facts: { version, recipe },
  });
}

async function conclude(tx: Transaction, decision: Omit<Promotion, "slot">): Promise<void> {
  await promotions.decide(tx, { ...decision, slot: "diffusion" });
  const { subject, promoted, reason } = decision;
  await recordEvent(tx, {
    stage: "evaluate",
    kind: "promotion-decided",
    text: `${subject} was ${promoted ? "promoted" : "not promoted"}: ${reason}`,
    data: { checkpointId: subject },
  });
}
