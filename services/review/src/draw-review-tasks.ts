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
import { drawSample } from "@anyone/domain/review/sample";
import { done, next, type Outcome } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import { annotateInChunks } from "./annotate-again.ts";
import type { ReviewContext } from "./context.ts";
import { freezeEvaluationSet, planEvaluationSet } from "./plan-evaluation-set.ts";
import { slotPages } from "./slot-pages.ts";

/**
 * Draws what people are asked about in an iteration: its sample, without what files have answered of it, and what nobody was
 * asked about yet of the evaluation set, of which a version is frozen here wherever the pool has changed, with as many pages an
 * asset as the policy wants people to answer it and keys can. Everything is
 * a function of the pool and the policy's seed, so drawing again draws the same.
 */
export async function drawReviewTasks(iteration: Iteration, { db, protocols }: ReviewContext): Promise<Outcome> {
  const { number, policy, asked, protocolId } = iteration;
  const protocol = await protocols.get(protocolId);
  const pool = await iterationFacts.pool(db, protocolId, asked, policy.doubt);
  const { evaluated, sampled } = await iterationFacts.taken(db);
  const planned = await planEvaluationSet(db, { protocolId, policy, pool, sampled });
  const drawn = await evaluationSets.unasked(
    db,
    protocolId,
    planned.items.map(({ assetId }) => assetId),
  );
  const kept = await evaluationSets.keptFromTraining(db);
  const taken = {
    evaluated: [...evaluated, ...planned.items],
    sampled: [...sampled, ...(await iterationFacts.fromFiles(db, protocolId, asked))],
  };
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
        (assetId): NewReviewTask => ({
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
      const moved = await iterations.move(tx, number, {
        from: "sampling",
        to: "labelling",
        evaluationSetId: planned.set.id,
      });
      if (!moved) return;
      await freezeEvaluationSet(tx, planned);
      // what files said of these is settled no more: before they measure the labeller, it answers about them itself
      const unanswered = await giveToLabeller(tx, protocolId, drawn);
      await addTasks(tx, annotateInChunks(unanswered, { protocolId, iteration: number }));
      await iterationFacts.recordSample(tx, number, sample);
      await audits.record(tx, iteration, [...audited]);
      await reviewTasks.plan(tx, tasks);
      await slotPages(tx, protocols);
      await recordEvent(tx, {
        stage: "review",
        kind: "tasks-drawn",
        text: `Iteration ${number} put ${tasks.length} pages before people (${drawn.length} images for evaluation, each before ${overlap})${kept > 0 ? `; nothing is learned from ${kept} sampled images, which turned out akin to evaluation images` : ""}`,
        data: { iteration: number, evaluation: drawn.length, overlap, sample: sample.length, keptFromTraining: kept },
      });
    },
    // with no page to wait for (nothing left to sample) the walk goes on at once
    next: tasks.length === 0 ? [next(advanceIteration, { iteration: number, nudge: "nothing-drawn" })] : [],
  });
}

/** Where nothing is asked of people any more, whatever was drawn was drawn for this. */
function isAudited(assetId: string, { asked, policy }: Iteration): boolean {
  return asked.length === 0 || random(`audit.${policy.seed}.${assetId}`)() < policy.auditShare;
}
