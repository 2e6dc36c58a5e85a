import { type RejudgePlan, thresholdsApi } from "@anyone/contracts/thresholds";
import { useAction, useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { count } from "../../format.ts";

/** Judges every candidate again under the thresholds in force; what would change is looked at first. */
export function JudgeAgain({ moved }: { moved: number }) {
  const plan = useAction(thresholdsApi.planRejudge);
  const run = useAction(thresholdsApi.rejudge);
  const progress = useApi(thresholdsApi.getRejudge, undefined, { every: 2_000, enabled: run.data !== undefined });
  const changes = plan.data ? changesOf(plan.data) : [];

  return (
    <Panel
      title="Judge again"
      note="by what was measured: no image is decoded again"
      actions={
        <Button onClick={() => plan.mutate({})} disabled={plan.isPending || run.isPending}>
          {plan.isPending ? "Judging…" : "What would change?"}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="max-w-3xl text-dim">
          What is newly kept comes into the pool; what is newly dropped leaves it, and stays in the store and in the
          lineage. The thresholds in force count.
          {moved > 0 && (
            <strong className="font-medium text-warn"> What is moved above and not set does not count.</strong>
          )}
        </p>
        <output aria-live="polite">
          {plan.data &&
            (changes.length > 0
              ? `Would change, of ${count(plan.data.judged)} judged: ${changes.join(", ")}.`
              : `Nothing would change: ${count(plan.data.judged)} candidates end as they did.`)}
        </output>
        {plan.data && changes.length > 0 && (
          <>
            <ByGate plan={plan.data} />
            <div>
              <Button
                look="danger"
                disabled={run.isPending || run.data !== undefined}
                onClick={() => run.mutate({ body: {} })}
              >
                Judge again now
              </Button>
            </div>
          </>
        )}
        {run.data && (
          <p role="status">
            {progress.data?.finished_at
              ? `Judged again: ${changesOf(progress.data).join(", ") || "nothing changed"}.`
              : `Under way: ${count(progress.data?.tasks_done ?? 0)} of ${count((progress.data ?? run.data).tasks)} tasks are done.`}
          </p>
        )}
        <Failure error={plan.error ?? run.error ?? progress.error} />
      </div>
    </Panel>
  );
}

/** In words, only what is not nought. */
function changesOf(plan: Pick<RejudgePlan, "newly_kept" | "newly_dropped" | "to_measure" | "to_fetch">): string[] {
  const words = [
    [plan.newly_kept, "newly kept"],
    [plan.newly_dropped, "newly dropped"],
    [plan.to_measure, "to be measured first"],
    [plan.to_fetch, "to be fetched again first"],
  ] as const;
  return words.flatMap(([many, word]) => (many > 0 ? [`${count(many)} ${word}`] : []));
}

function ByGate({ plan }: { plan: RejudgePlan }) {
  return (
    <Table
      label="what judging again would change"
      rows={plan.by_gate}
      rowKey={({ gate }) => gate}
      empty={<span />}
      columns={[
        { head: "gate", cell: ({ gate }) => gate },
        { head: "newly kept", right: true, cell: ({ newly_kept }) => count(newly_kept) },
        { head: "newly dropped", right: true, cell: ({ newly_dropped }) => count(newly_dropped) },
      ]}
    />
  );
}
