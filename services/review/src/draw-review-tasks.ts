import { createHash } from "node:crypto";
import { addTasks } from "@anyone/db/add-tasks";
import { apiKeys } from "@anyone/db/api-keys";
import { audits } from "@anyone/db/audits";
import { evaluationSets } from "@anyone/db/evaluation-sets";
import { recordEvent } from "@anyone/db/events";
import { humanAnswers } from "@anyone/db/human-answers";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { type Iteration, iterations } from "@anyone/db/iterations";
import { type NewReviewTask, reviewTasks } from "@anyone/db/review-tasks";
import { giveToLabeller } from "@anyone/db/settled-answers";
import { random } from "@anyone/domain/random";
import { type Drawable, drawEvaluationSet, evaluationSetText } from "@anyone/domain/review/evaluation-set";
import { drawSample } from "@anyone/domain/review/sample";
import type { Transaction } from "@anyone/domain/transaction";
import { done, next, type Outcome } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { annotateInChunks } from "./annotate-again.ts";
import type { ReviewContext } from "./context.ts";
import { slotPages } from "./slot-pages.ts";

/**
 * Draws what people are asked about in an iteration: its sample, without what files have answered of it, and before the first one the evaluation set, which is
 * frozen here for good, with as many pages an asset as the policy wants people to answer it and keys can. Everything is
 * a function of the pool and the policy's seed, so drawing again draws the same.
 */
export async function drawReviewTasks(iteration: Iteration, { db, protocols }: ReviewContext): Promise<Outcome> {
  const { number, policy, asked, protocolId } = iteration;
  const protocol = await protocols.get(protocolId);
  const pool = await iterationFacts.pool(db, protocolId, asked, policy.doubt);
  const current = await evaluationSets.current(db, protocolId);
  const drawn = current ? [] : drawEvaluationSet(pool, policy.evaluationSize, `evaluation.${policy.seed}`);
  const setId = current?.id ?? `${protocolId}.${policy.seed}`;

  const taken = [...(await iterationFacts.taken(db, protocolId, asked)), ...drawn];
  const everything = protocol.categories.map(({ n }) => n);
  // with everything settled only the drift alarm wants to know more
  const wanted = asked.length > 0 ? policy.sampleSize : Math.round(policy.sampleSize * policy.auditShare);
  const sample = drawSample(pool, taken, {
    size: wanted,
    rareShare: policy.rareShare,
    uniformShare: policy.uniformShare,
    seed: `sample.${policy.seed}.${number}`,
  });
  // pages about everything show whether what was settled before still holds
  const audited = new Set(
    sample.map(({ assetId }) => assetId).filter((id) => asked.length < everything.length && isAudited(id, iteration)),
  );
  const said = await humanAnswers.fromFiles(
    db,
    protocolId,
    sample.map(({ assetId }) => assetId),
  );
  const unsaid = (assetId: string) => asked.filter((n) => !said.get(assetId)?.some(({ category }) => category === n));
  const overlap = Math.max(1, Math.min(policy.evaluationOverlap, await apiKeys(db).count()));
  const tasks: NewReviewTask[] = [
    ...Array.from({ length: overlap }, (_, turn) =>
      drawn.map(
        ({ assetId }): NewReviewTask => ({
          id: `${number}.evaluation.${turn + 1}.${assetId}`,
          iteration: number,
          assetId,
          purpose: "evaluation",
          categories: everything,
          blind: true,
        }),
      ),
    ).flat(),
    ...sample
      .map(
        ({ assetId, uniform }): NewReviewTask => ({
          id: `${number}.sample.${assetId}`,
          iteration: number,
          assetId,
          purpose: "sample",
          categories: audited.has(assetId) ? everything : unsaid(assetId),
          // before the first training the labeller's suggestions are those of a prior: nobody is shown them
          blind:
            number === 1 ||
            uniform ||
            audited.has(assetId) ||
            random(`blind.${policy.seed}.${assetId}`)() < policy.blindShare,
        }),
      )
      .filter(({ categories }) => categories.length > 0),
  ];

  return done({
    write: async (tx) => {
      const moved = await iterations.move(tx, number, { from: "sampling", to: "labelling", evaluationSetId: setId });
      if (!moved) return;
      if (!current)
        await freeze(tx, { id: setId, protocolId, seed: policy.seed, sha256: hashOf(drawn) }, drawn, number);
      await iterationFacts.recordSample(tx, number, sample);
      await audits.record(tx, iteration, [...audited]);
      await reviewTasks.plan(tx, tasks);
      await slotPages(tx, protocols);
      await recordEvent(tx, {
        stage: "review",
        kind: "tasks-drawn",
        text: `Iteration ${number} put ${tasks.length} pages before people (${drawn.length} images for evaluation, each before ${overlap})`,
        data: { iteration: number, evaluation: drawn.length, overlap, sample: sample.length },
      });
    },
    // with no page to wait for (nothing left to sample) the walk goes on at once
    next: tasks.length === 0 ? [next(advanceIteration, { iteration: number, nudge: "nothing-drawn" })] : [],
  });
}

/** What files said of these assets is settled no more: before they measure the labeller, it answers about them itself. */
async function freeze(
  tx: Transaction,
  set: Parameters<typeof evaluationSets.freeze>[1],
  drawn: readonly Drawable[],
  iteration: number,
): Promise<void> {
  await evaluationSets.freeze(tx, set, drawn);
  const assetIds = drawn.map(({ assetId }) => assetId);
  const unanswered = await giveToLabeller(tx, set.protocolId, assetIds);
  await addTasks(tx, annotateInChunks(unanswered, { protocolId: set.protocolId, iteration }));
}

/** Where nothing is asked of people any more, whatever was drawn was drawn for this. */
function isAudited(assetId: string, { asked, policy }: Iteration): boolean {
  return asked.length === 0 || random(`audit.${policy.seed}.${assetId}`)() < policy.auditShare;
}

function hashOf(items: readonly Drawable[]): string {
  return createHash("sha256")
    .update(evaluationSetText(items.map(({ assetId }) => assetId)))
    .digest("hex");
}
