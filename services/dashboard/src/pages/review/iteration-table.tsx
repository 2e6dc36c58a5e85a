import type { Iteration } from "@anyone/contracts/review";
import type { IterationReport } from "@anyone/domain/review/report";
import { State } from "../../components/badge.tsx";
import { Stack } from "../../components/bars.tsx";
import { Table } from "../../components/table.tsx";
import { ago, count, moment, percent } from "../../format.ts";
import { reportOf } from "./scores.ts";

/** Null where every evaluation image had one person. */
function agreed(agreement: IterationReport["agreement"] | undefined): number | null {
  return agreement && agreement.n > 0 ? agreement.agreed / agreement.n : null;
}

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
        {
          key: "before",
          head: <span title="accuracy on the evaluation set before the iteration, then after it">before</span>,
          right: true,
          cell: (iteration) => (
            <span className="text-dim">{percent(reportOf(iteration.scores).before?.all.accuracy)}</span>
          ),
        },
        {
          head: "after",
          right: true,
          cell: (iteration) => (
            <span className="font-semibold">{percent(reportOf(iteration.scores).after?.all.accuracy)}</span>
          ),
        },
        { head: "head", right: true, cell: (iteration) => percent(reportOf(iteration.scores).after?.head.accuracy) },
        { head: "tail", right: true, cell: (iteration) => percent(reportOf(iteration.scores).after?.tail.accuracy) },
        {
          key: "majority",
          head: <span title="the accuracy of giving every question its most frequent answer">majority</span>,
          right: true,
          cell: (iteration) => (
            <span className="text-faint">{percent(reportOf(iteration.scores).after?.majority.all.accuracy)}</span>
          ),
        },
        {
          key: "agreement",
          head: (
            <span title="how often people who answered the evaluation images blind to each other agreed; one more decided the rest">
              agreement
            </span>
          ),
          right: true,
          cell: (iteration) => (
            <span className="text-dim">{percent(agreed(reportOf(iteration.scores).agreement))}</span>
          ),
        },
        {
          head: "asked, settled",
          right: true,
          cell: (iteration) => (
            <>
              {iteration.asked.length}, <span className="text-good">{iteration.settled.length}</span>
            </>
          ),
        },
        {
          key: "answers",
          head: <span title="answers that people gave so far">answers</span>,
          right: true,
          cell: (iteration) => count(iteration.humanAnswers),
        },
        {
          head: (
            <span title="human answers spent so far, of what answering everything that applies by hand would cost">
              share
            </span>
          ),
          right: true,
          cell: (iteration) => percent(reportOf(iteration.scores).share?.ofApplicable),
        },
        {
          head: "pages",
          width: "8%",
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
        {
          head: "opened",
          cut: true,
          width: "14%",
          cell: (iteration) => (
            <span title={`opened ${moment(iteration.openedAt)}: ${iteration.trigger}`} className="text-dim">
              {iteration.stopReason
                ? `ended: ${iteration.stopReason}`
                : `${ago(iteration.openedAt)}, ${iteration.trigger}`}
            </span>
          ),
        },
      ]}
    />
  );
}
