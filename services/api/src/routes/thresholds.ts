import { type RejudgePlan, type RejudgeProgress, thresholdsApi } from "@anyone/contracts/thresholds";
import { everyRejudgeable } from "@anyone/db/rejudge";
import { latestRejudge, type RejudgeRow, startRejudge } from "@anyone/db/rejudges";
import { readThresholds, readThresholdsInForce, setThresholds, type ThresholdsInForce } from "@anyone/db/thresholds";
import { fault } from "@anyone/domain/fault";
import { collectRejudged, type RejudgeCounts, type RejudgeSummary, rejudge } from "@anyone/domain/filter/rejudge";
import { describeThresholds } from "@anyone/domain/filter/thresholds";
import type { Sql } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { planRejudge } from "@anyone/queues/jobs/filter";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

export function thresholdRoutes(app: FastifyInstance, { db, tasks }: ApiContext): void {
  route(app, thresholdsApi.getThresholds, async () => shown(await readThresholdsInForce(db)));
  route(app, thresholdsApi.putThresholds, async ({ body, principal }) =>
    shown(
      await setThresholds(db, {
        change: body.thresholds,
        note: body.note || undefined,
        by: principal.name,
        version: body.version,
      }),
    ),
  );

  route(app, thresholdsApi.planRejudge, async () => planShown(await planOf(db)));
  route(app, thresholdsApi.rejudge, ({ principal }) =>
    db.transaction(async (tx) => {
      const run = await startRejudge(tx, principal.name);
      await tasks.add(tx, [next(planRejudge, { rejudge: run.id })]);
      return progressShown(run);
    }),
  );

  route(app, thresholdsApi.getRejudge, async () => {
    const latest = await latestRejudge(db);
    if (!latest) {
      throw fault("not-found", "Nothing was judged again yet.", { hint: "Begin with POST /v1/filter/rejudge." });
    }
    return progressShown(latest);
  });
}

function progressShown(run: RejudgeRow): RejudgeProgress {
  const { id, thresholds, tasks, tasksDone, startedBy, startedAt, finishedAt } = run;
  return {
    ...{ id, thresholds, tasks, tasks_done: tasksDone, ...counted(run) },
    ...{ started_by: startedBy, started_at: startedAt, finished_at: finishedAt },
  };
}

function shown({ gates, hash, madeAt, madeBy, note, since }: ThresholdsInForce) {
  return {
    ...{ version: gates.version, hash, made_at: madeAt, made_by: madeBy, note },
    thresholds: describeThresholds(gates).map((one) => ({ ...one, since: since.get(one.name) ?? null })),
  };
}

/** What judging every candidate again would change, under the thresholds in force. */
async function planOf(db: Sql): Promise<RejudgeSummary> {
  const gates = await readThresholds(db);
  const counts = collectRejudged(gates);
  for await (const candidate of everyRejudgeable(db, gates)) counts.add(candidate, rejudge(candidate, gates));
  return counts.close();
}

function planShown(plan: RejudgeSummary): RejudgePlan {
  const change = ({
    newlyKept,
    newlyDropped,
  }: RejudgeSummary["byGate"][number] | RejudgeSummary["bySource"][number]) => ({
    newly_kept: newlyKept,
    newly_dropped: newlyDropped,
  });
  return {
    ...{ ...counted(plan), unmeasured: plan.unmeasured },
    by_gate: plan.byGate.map((one) => ({ gate: one.gate, ...change(one) })),
    by_source: plan.bySource.map((one) => ({ source: one.source, ...change(one) })),
  };
}

function counted({ judged, newlyKept, newlyDropped, toMeasure, toFetch }: RejudgeCounts) {
  return { judged, newly_kept: newlyKept, newly_dropped: newlyDropped, to_measure: toMeasure, to_fetch: toFetch };
}
