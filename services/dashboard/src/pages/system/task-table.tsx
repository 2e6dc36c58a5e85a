import { systemApi } from "@anyone/contracts/system";
import { useState } from "react";
import { useAction, usePages } from "../../client.ts";
import { State } from "../../components/badge.tsx";
import { Button, Choice } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { ago, moment } from "../../format.ts";

const STATES = ["dead", "leased", "ready", "done"] as const;

export function TaskTable() {
  const [state, setState] = useState<(typeof STATES)[number]>("dead");
  const tasks = usePages(systemApi.listTasks, { state, limit: 15 }, { every: 3_000 });
  const retry = useAction(systemApi.retryTasks);
  return (
    <Panel
      title="Tasks"
      note="latest first"
      flush
      actions={
        <Choice name="state" value={state} of={STATES.map((value) => ({ value, label: value }))} onChange={setState} />
      }
    >
      <Failure error={retry.error} />
      <Loaded of={tasks}>
        <Table
          label="tasks"
          rows={tasks.rows}
          rowKey={(task) => task.id}
          empty={
            state === "dead" ? (
              <Empty title="No dead task">
                A task dies when its work fails again and again; its reason stands here then.
              </Empty>
            ) : (
              <Empty title={`No task is ${state}`} />
            )
          }
          columns={[
            { head: "job", cell: (task) => task.name },
            {
              head: "task",
              cut: true,
              width: "22%",
              cell: (task) => (
                <code title={task.id} className="text-xs">
                  {task.id.slice(task.name.length + 1)}
                </code>
              ),
            },
            { head: "state", cell: (task) => <State of={task.state} /> },
            { head: "attempts", right: true, cell: (task) => task.attempts },
            {
              head: "why",
              cut: true,
              width: "34%",
              cell: (task) => <span title={task.reason ?? ""}>{task.reason ?? "–"}</span>,
            },
            {
              head: "written",
              right: true,
              cell: (task) => <span title={moment(task.createdAt)}>{ago(task.createdAt)}</span>,
            },
            {
              head: "",
              right: true,
              cell: (task) =>
                task.state === "dead" && (
                  <Button onClick={() => retry.mutate({ body: { ids: [task.id] } })} disabled={retry.isPending}>
                    Retry
                  </Button>
                ),
            },
          ]}
        />
        <More of={tasks} />
      </Loaded>
    </Panel>
  );
}
