import type { Iteration } from "@anyone/contracts/review";
import { State } from "../../components/badge.tsx";
import { Stack } from "../../components/bars.tsx";
import { Table } from "../../components/table.tsx";
import { ago, count, moment, percent } from "../../format.ts";
import { accuracyOf, shareOf } from "./scores.ts";

export function IterationTable(props: {
  rows: readonly Iteration[];
  selected: number | undefined;
  onSelect: (number: number) => void;
}) {
  return (
    <Table
      label="iterations"
      rows={props.rows}
      rowKey={(iteration) => iteration.number}
      selected={props.selected}
      onRow={(iteration) => props.onSelect(iteration.number)}
      columns={[
        { head: "#", cell: (iteration) => <span className="font-semibold">{iteration.number}</span> },
        { head: "state", cell: (iteration) => <State of={iteration.state} /> },
        { head: "accuracy", right: true, cell: (iteration) => percent(accuracyOf(iteration.scores, "all")) },
        { head: "head", right: true, cell: (iteration) => percent(accuracyOf(iteration.scores, "head")) },
        { head: "tail", right: true, cell: (iteration) => percent(accuracyOf(iteration.scores, "tail")) },
        {
          head: "majority answer",
          right: true,
          cell: (iteration) => <span className="text-faint">{percent(accuracyOf(iteration.scores, "majority"))}</span>,
        },
        {
          head: "questions asked → settled",
          right: true,
          cell: (iteration) => (
            <>
              {iteration.asked.length} → <span className="text-good">{iteration.settled.length}</span>
            </>
          ),
        },
        { head: "human answers", right: true, cell: (iteration) => count(iteration.humanAnswers) },
        {
          head: (
            <span title="human answers spent so far, of what answering everything that applies by hand would cost">
              share
            </span>
          ),
          right: true,
          cell: (iteration) => percent(shareOf(iteration.scores)),
        },
        {
          head: "pages",
          width: "12%",
          cell: (iteration) => (
            <Stack
              parts={[
                { name: "done", value: iteration.tasks.done ?? 0, tone: "good" },
                { name: "skipped", value: iteration.tasks.skipped ?? 0, tone: "warn" },
                { name: "leased", value: iteration.tasks.leased ?? 0, tone: "accent" },
                { name: "open", value: iteration.tasks.open ?? 0 },
              ]}
            />
          ),
        },
        { head: "labeller", cell: (iteration) => iteration.labellerAfter ?? iteration.labellerBefore ?? "–" },
        { head: "opened by", cell: (iteration) => iteration.trigger },
        {
          head: "",
          right: true,
          cell: (iteration) => (
            <span title={moment(iteration.openedAt)} className="text-dim">
              {iteration.stopReason ?? ago(iteration.openedAt)}
            </span>
          ),
        },
      ]}
    />
  );
}
