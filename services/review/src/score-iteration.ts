import { audits } from "@anyone/db/audits";
import { recordEvent } from "@anyone/db/events";
import { gateDecisions } from "@anyone/db/gate-decisions";
import { humanAnswers } from "@anyone/db/human-answers";
import { iterationFacts } from "@anyone/db/iteration-facts";
import { type Iteration, iterations } from "@anyone/db/iterations";
import { labellerRepository } from "@anyone/db/labellers";
import { promotions } from "@anyone/db/promotions";
import { NOT_ASKED } from "@anyone/domain/annotate/answer";
import type { Protocol } from "@anyone/domain/annotate/protocol";
import { agreementOf } from "@anyone/domain/review/agreement";
import { auditSettled } from "@anyone/domain/review/audit";
import { decideCategories } from "@anyone/domain/review/gate";
import { goldErrors } from "@anyone/domain/review/gold-error";
import { decideLoop, humanShare } from "@anyone/domain/review/iteration";
import { type IterationReport, mayAnswer, type ScoreSummary } from "@anyone/domain/review/report";
import { type Scores, score } from "@anyone/domain/review/score";
import type { Sql } from "@anyone/domain/transaction";
import { done, next, type Outcome } from "@anyone/queues/job";
import { advanceIteration } from "@anyone/queues/jobs/review";
import type { ReviewContext } from "./context.ts";
import { readEvaluation } from "./read-evaluation.ts";

/**
 * Scores the new labeller on the evaluation set, decides whether it answers from now on, which categories leave manual
 * labelling by the gate, and whether the loop goes on. When the new one is worse, the old one's tallies decide.
 */
export async function scoreIteration(iteration: Iteration, { db, protocols }: ReviewContext): Promise<Outcome> {
  const { number, policy, labellerBefore, labellerAfter } = iteration;
  const protocol = await protocols.get(iteration.protocolId);
  const measured = await measure(db, iteration, protocol);
  const { before, tallies } = (iteration.scores ?? (await scoreBefore(iteration, { db, protocols }))) as BeforeReport;
  const inUse = (await labellerRepository(db).promoted(iteration.protocolId))?.id ?? null;
  const promotion = mayAnswer(before.all, measured.scores.all, { before: labellerBefore, inUse });
  const labellerId = promotion.promoted ? labellerAfter : labellerBefore;
  const origin = { iteration: number, labellerId, evaluationSetId: iteration.evaluationSetId };
  const attempt = await gateDecisions.attemptOf(db, origin);
  // what was settled until now, or taken back and not answered better since, is also held against fresh answers about the labeller that has answered the pool so far
  const fresh = labellerBefore ? await audits.of(db, iteration.protocolId, labellerBefore) : [];
  const watched = [...iteration.settled, ...(await gateDecisions.driftedBefore(db, number))];
  const drift = auditSettled(protocol, watched, fresh, policy);
  const decisions = decideCategories(promotion.promoted ? measured.scores.perCategory : tallies, policy, {
    attempt,
    drift,
  });
  const drifted = decisions.filter((one) => one.drifted).map(({ category }) => category);

  const winner = promotion.promoted ? measured.scores.all : before.all;

  const left = await iterationFacts.left(db, iteration.protocolId, iteration.asked);
  const spent = await humanAnswers.spent(db, protocol.identity, number);
  const history = await iterations.loopBefore(db, number);
  const settledNow = decisions.filter(({ verdict }) => verdict === "settled").length;
  const loop = decideLoop(
    {
      decisions,
      spent: spent.total,
      unsampled: left.groups,
      history: [...history, { accuracy: winner.accuracy, settled: settledNow }],
    },
    policy,
  );
  const report: IterationReport = {
    before,
    tallies,
    after: summary(measured.scores, labellerAfter),
    promoted: promotion.promoted,
    evaluationAssets: measured.assets,
    agreement: measured.agreement,
    applicablePerAsset: measured.applicablePerAsset,
    spent,
    share: {
      pool: left.pool,
      ...humanShare(spent.total, left.pool, protocol.categories.length, measured.applicablePerAsset),
    },
    verdicts: {
      settled: settledNow,
      open: decisions.filter(({ verdict }) => verdict === "open").length,
      noEvidence: decisions.filter(({ verdict }) => verdict === "no-evidence").length,
    },
  };
  return done({
    write: async (tx) => {
      const moved = await iterations.move(tx, number, {
        from: "scoring",
        to: "spreading",
        scores: report,
        settled: loop.settled,
        humanAnswers: spent.here,
        stopReason: loop.stop,
        labellerAfter: labellerId,
      });
      if (!moved) return;
      await gateDecisions.record(tx, { ...origin, attempt, goldErrors: measured.goldErrors }, decisions);
      if (labellerAfter && labellerAfter !== labellerBefore) {
        await promotions.decide(tx, {
          id: `vlm-${number}`,
          slot: "vlm",
          subject: labellerAfter,
          previous: labellerBefore,
          ...promotion,
          facts: { before: before.all, after: measured.scores.all },
        });
      }
      if (drifted.length > 0) {
        await recordEvent(tx, {
          stage: "review",
          kind: "categories-drifted",
          text: `Iteration ${number} keeps ${drifted.length} categories with people that had been settled: blind pages show that ${labellerBefore} fell under the bar`,
          data: { iteration: number, categories: drifted, labeller: labellerBefore },
        });
      }
      await recordEvent(tx, {
        stage: "review",
        kind: "iteration-scored",
        text: `Iteration ${number}: ${promotion.reason}; ${loop.settled.length} of ${protocol.categories.length} categories settled`,
        data: { iteration: number, settled: loop.settled.length, promoted: promotion.promoted, stop: loop.stop },
      });
    },
    next: [next(advanceIteration, { iteration: number, nudge: "scored" })],
  });
}

type BeforeReport = Pick<IterationReport, "before" | "tallies">;

/**
 * The score of the labeller that answered so far: taken when people are done and the new one has not answered yet, since
 * only one labeller's answers are kept per asset.
 */
export async function scoreBefore(iteration: Iteration, { db, protocols }: ReviewContext): Promise<BeforeReport> {
  const { scores } = await measure(db, iteration, await protocols.get(iteration.protocolId));
  return { before: summary(scores, iteration.labellerBefore), tallies: scores.perCategory };
}

/** How the labeller's present answers do against what people agree on about the evaluation set; the rest is not scored. */
async function measure(db: Sql, iteration: Iteration, protocol: Protocol) {
  const { items, ballots } = await readEvaluation(db, iteration, protocol);
  const applicable = items.reduce((sum, { truth }) => sum + truth.filter((value) => value !== NOT_ASKED).length, 0);
  return {
    scores: score(protocol, items),
    assets: items.length,
    applicablePerAsset: items.length > 0 ? applicable / items.length : 0,
    agreement: agreementOf(protocol, ballots),
    goldErrors: goldErrors(protocol, ballots),
  };
}

function summary({ all, head, tail, majority, axes }: Scores, labeller: string | null): ScoreSummary {
  return { labeller, all, head, tail, majority, axes };
}
