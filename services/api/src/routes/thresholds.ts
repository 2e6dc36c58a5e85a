import { type RejudgePlan, thresholdsApi } from "@anyone/contracts/thresholds";
import { everyRejudgeable, rejudgeRanges } from "@anyone/db/rejudge";
import { latestRejudge, startRejudge } from "@anyone/db/rejudges";
import { readThresholds, readThresholdsInForce, setThresholds, type ThresholdsInForce } from "@anyone/db/thresholds";
import { fault } from "@anyone/domain/fault";
import { collectRejudged, type RejudgeCounts, type RejudgeSummary, rejudge } from "@anyone/domain/filter/rejudge";
import { describeThresholds } from "@anyone/domain/filter/thresholds";
import type { Sql } from "@anyone/domain/transaction";
import { next } from "@anyone/queues/job";
import { rejudgeCandidates } from "@anyone/queues/jobs/filter";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../context.ts";
import { route } from "../route.ts";

export function thresholdRoutes(app: FastifyInstance, { db, tasks }: ApiContext): void {
  route(app, thresholdsApi.getThresholds, async () => shown(await readThresholdsInForce(db)));
  route(app, thresholdsApi.putThresholds, async ({ body, principal }) =>
    shown(await setThresholds(db, { change: body.thresholds, note: body.note || undefined, by: principal.name })),
  );

  route(app, thresholdsApi.rejudge, async ({ body, principal }) => {
    const plan = await planOf(db);
    const ranges = await rejudgeRanges(db);
    if (!body.dry_run) {
      await db.transaction(async (tx) => {
        const { version } = await readThresholds(tx);
        const run = await startRejudge(tx, { thresholds: version, tasks: ranges.length, by: principal.name });
        await tasks.add(
          tx,
          ranges.map((range) => next(rejudgeCandidates, { rejudge: run, ...range })),
        );
      });
    }
    return planShown(plan, { dryRun: body.dry_run, tasks: ranges.length });
  });

  route(app, thresholdsApi.getRejudge, async () => {
    const latest = await latestRejudge(db);
    if (!latest) {
      throw fault("not-found", "Nothing was judged again yet.", { hint: "Begin with POST /v1/filter/rejudge." });
    }
    const { id, thresholds, tasks: all, tasksDone, startedBy, startedAt, finishedAt } = latest;
    return {
      ...{ id, thresholds, tasks: all, tasks_done: tasksDone, ...counted(latest) },
      ...{ started_by: startedBy, started_at: startedAt, finished_at: finishedAt },
    };
  });
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

function planShown(plan: RejudgeSummary, { dryRun, tasks }: { dryRun: boolean; tasks: number }): RejudgePlan {
  const change = ({
    newlyKept,
    newlyDropped,
  }: RejudgeSummary["byGate"][number] | RejudgeSummary["bySource"][number]) => ({
    newly_kept: newlyKept,
    newly_dropped: newlyDropped,
  });
  return {
    ...{ dry_run: dryRun, ...counted(plan), unmeasured: plan.unmeasured },
    by_gate: plan.byGate.map((one) => ({ gate: one.gate, ...change(one) })),
    by_source: plan.bySource.map((one) => ({ source: one.source, ...change(one) })),
    tasks,
  };
}

function counted({ judged, newlyKept, newlyDropped, toMeasure, toFetch }: RejudgeCounts) {
  return { judged, newly_kept: newlyKept, newly_dropped: newlyDropped, to_measure: toMeasure, to_fetch: toFetch };
}
