import { LeasedTask, reviewApi } from "@anyone/contracts/review";
import { readEvidence, readGates } from "@anyone/db/browse/gates";
import { listReviewTasks, readIterations, readProgress } from "@anyone/db/browse/review";
import { evaluationSets } from "@anyone/db/evaluation-sets";
import { poolEstimates } from "@anyone/db/pool-estimates";
import { protocolRepository } from "@anyone/db/protocols";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { found } from "../found.ts";
import { refuseQuarantined, toldPurpose } from "../refuse-quarantined.ts";
import { route } from "../route.ts";

/** Everything that changes review is done by the review service; the asking key's name is the reviewer. */
export function reviewRoutes(app: FastifyInstance, { db, review }: ApiContext): void {
  route(app, reviewApi.listIterations, async () => ({ items: await readIterations(db) }));

  route(app, reviewApi.getIteration, async ({ params }) => {
    const iteration = found((await readIterations(db, params.number))[0], `iteration ${params.number}`);
    const [gates, history] = await Promise.all([readGates(db, params.number), readEvidence(db, params.number)]);
    return { ...iteration, gates, history };
  });

  route(app, reviewApi.getPoolEstimates, async ({ params }) => {
    const { protocolId } = found((await readIterations(db, params.number))[0], `iteration ${params.number}`);
    return { protocolId, items: await poolEstimates.of(db, params.number) };
  });

  route(app, reviewApi.openIteration, async ({ body }) => {
    const { iteration } = await review.openIteration({ trigger: body.trigger });
    return { number: iteration };
  });

  route(app, reviewApi.listEvaluationSets, async () => {
    const { identity } = await protocolRepository(db).current();
    const [versions, keptFromTraining] = await Promise.all([
      evaluationSets.versions(db, identity),
      evaluationSets.keptFromTraining(db),
    ]);
    const items = versions.map(({ protocolId: _, seed: __, frozenAt, ...set }) => ({
      ...set,
      frozenAt: frozenAt.toISOString(),
    }));
    return { items, keptFromTraining };
  });
  route(app, reviewApi.topUpEvaluationSet, ({ body }) => review.topUpEvaluationSet({ dryRun: body.dryRun }));

  route(app, reviewApi.listTasks, ({ query }) => listReviewTasks(db, query, query));
  route(app, reviewApi.progress, ({ principal }) => readProgress(db, principal.name));

  route(app, reviewApi.lease, async ({ body, principal }) => {
    await refuseQuarantined(db, principal.name);
    const { task } = await review.leaseTask({
      reviewer: principal.name,
      purpose: body.purpose ?? "",
      leaseSeconds: body.leaseSeconds,
    });
    return { task: task ? LeasedTask.parse({ ...task, purpose: toldPurpose(task.purpose) }) : null };
  });

  route(app, reviewApi.answer, async ({ params, headers, body, principal }) => {
    const answer = await review.submitAnswers({
      taskId: params.id,
      reviewer: principal.name,
      fence: body.fence,
      // two people may not share a key by accident
      idempotencyKey: `${principal.id}.${headers["idempotency-key"]}`,
      answers: body.answers,
    });
    return { recorded: answer.recorded, repeated: answer.repeatedSubmission };
  });

  route(app, reviewApi.release, async ({ params, body, principal }) => {
    await review.releaseTask({ taskId: params.id, reviewer: principal.name, fence: body.fence });
    return { released: true as const };
  });

  route(app, reviewApi.skip, async ({ params, body, principal }) => {
    await review.skipTask({ taskId: params.id, reviewer: principal.name, ...body });
    return { skipped: true as const };
  });
}
