import { reviewApi } from "@anyone/contracts/review";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { usePages } from "../../client.ts";
import { Badge, State } from "../../components/badge.tsx";
import { Choice } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { More, Table } from "../../components/table.tsx";
import { moment, short } from "../../format.ts";

const STATES = ["all", "open", "leased", "done", "skipped"] as const;

export function ReviewTaskTable({ iteration }: { iteration: number }) {
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const query = { iteration, limit: 15, ...(state === "all" ? {} : { state }) };
  const tasks = usePages(reviewApi.listTasks, query, { every: 4_000 });
  return (
    <Panel
      title={`Pages of questions in iteration ${iteration}`}
      flush
      actions={
        <Choice name="state" value={state} of={STATES.map((value) => ({ value, label: value }))} onChange={setState} />
      }
    >
      <Loaded of={tasks}>
        <Table
          label="review tasks"
          rows={tasks.rows}
          rowKey={(task) => task.id}
          empty={<Empty title="No page here" />}
          columns={[
            {
              head: "asset",
              cell: (task) => (
                <Link to="/assets/$id" params={{ id: task.assetId }} className="text-accent">
                  {short(task.assetId)}
                </Link>
              ),
            },
            { head: "purpose", cell: (task) => task.purpose },
            {
              head: "",
              cell: (task) =>
                task.blind ? (
                  <Badge title="no suggestion is shown">blind</Badge>
                ) : (
                  <Badge tone="accent">with suggestions</Badge>
                ),
            },
            { head: "questions", right: true, cell: (task) => task.categories.length },
            { head: "state", cell: (task) => <State of={task.state} /> },
            { head: "by", cell: (task) => task.reviewer ?? "–" },
            {
              head: "lease until",
              right: true,
              cell: (task) => (task.state === "leased" ? moment(task.leaseUntil) : "–"),
            },
            { head: "done", right: true, cell: (task) => moment(task.doneAt) },
          ]}
        />
        <More of={tasks} />
      </Loaded>
    </Panel>
  );
}
