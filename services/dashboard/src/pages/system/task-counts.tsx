import { systemApi } from "@anyone/contracts/system";
import { useAction, useApi } from "../../client.ts";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Failure, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { count, duration } from "../../format.ts";

export function TaskCounts() {
  const overview = useApi(systemApi.overview, undefined, { every: 2_000 });
  const retry = useAction(systemApi.retryTasks);
  return (
    <Panel title="Tasks by stage" flush>
      <Failure error={retry.error} />
      <Loaded of={overview}>
        <Table
          label="tasks by stage"
          rows={overview.data?.stages ?? []}
          rowKey={(row) => row.stage}
          columns={[
            { head: "stage", cell: (row) => <span className="font-medium">{row.stage}</span> },
            { head: "waiting", right: true, cell: (row) => count(row.tasks.ready) },
            {
              head: "oldest waits",
              right: true,
              cell: (row) => (row.tasks.ready > 0 ? duration(row.tasks.oldestReadySeconds) : "–"),
            },
            { head: "in work", right: true, cell: (row) => count(row.tasks.leased) },
            { head: "done", right: true, cell: (row) => count(row.tasks.done) },
            {
              head: "dead",
              right: true,
              cell: (row) => (
                <span className={row.tasks.dead > 0 ? "font-semibold text-bad" : ""}>{count(row.tasks.dead)}</span>
              ),
            },
            {
              head: "",
              right: true,
              cell: (row) =>
                row.tasks.dead > 0 && (
                  <Button onClick={() => retry.mutate({ body: { stage: row.stage } })} disabled={retry.isPending}>
                    Retry all dead
                  </Button>
                ),
            },
          ]}
        />
      </Loaded>
    </Panel>
  );
}
