import type { FilterReport } from "@anyone/domain/filter/report";
import { gateRows, recordedReasons } from "@anyone/domain/filter/summed-gates";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Select } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Table } from "../../components/table.tsx";
import { count, percent } from "../../format.ts";

/** How many of each source ended for which reason: the first gate that dropped them. */
export function OutcomesTable({ report }: { report: FilterReport }) {
  const rows = [
    { reason: null, count: report.sources.reduce((sum, { kept }) => sum + kept, 0) },
    ...recordedReasons(report),
  ];
  return (
    <Panel title="By source and reason" note="the one reason that is recorded" flush>
      <Table
        label="outcomes by source"
        rows={rows}
        rowKey={({ reason }) => reason ?? "kept"}
        columns={[
          { head: "outcome", cell: ({ reason }) => (reason === null ? "kept" : <Reason reason={reason} />) },
          ...report.sources.map((source) => ({
            head: source.sourceId,
            key: `source ${source.sourceId}`,
            right: true,
            cell: ({ reason }: { reason: string | null }) =>
              count(reason === null ? source.kept : (source.reasons[reason] ?? 0)),
          })),
          { head: "all", right: true, cell: (row) => count(row.count) },
          { head: "of judged", right: true, cell: (row) => percent(row.count / report.candidates) },
        ]}
      />
    </Panel>
  );
}

function Reason({ reason }: { reason: string }) {
  return (
    <Link to="/filter" search={{ reason } as never} className="text-accent">
      {reason}
    </Link>
  );
}

const counted = (counts: readonly [string, number][]) =>
  counts.map(([what, many]) => `${count(many)} ${what}`).join(", ");

/** Each gate's own verdict over all candidates, in whatever order the gates may stand. */
export function GatesTable({ report }: { report: FilterReport }) {
  const [source, setSource] = useState("");
  return (
    <Panel
      title="What each gate says by itself"
      note="no count depends on the gates' order"
      flush
      actions={
        report.sources.length > 1 && (
          <Select aria-label="source" value={source} onChange={(event) => setSource(event.target.value)}>
            <option value="">all sources</option>
            {report.sources.map(({ sourceId }) => (
              <option key={sourceId}>{sourceId}</option>
            ))}
          </Select>
        )
      }
    >
      <Table
        label="gates' own verdicts"
        rows={gateRows(report, source || undefined)}
        rowKey={({ gate }) => gate}
        columns={[
          { head: "gate", cell: ({ gate }) => <span className="font-medium">{gate}</span> },
          { head: "passes", right: true, cell: ({ passes }) => count(passes) },
          { head: "drops", right: true, cell: ({ drops }) => count(drops) },
          {
            head: "of judged",
            right: true,
            cell: ({ passes, drops }) => percent(passes + drops > 0 ? drops / (passes + drops) : null),
          },
          {
            head: "not judged",
            wrap: true,
            cell: ({ unjudged }) => <span className="text-dim">{counted(unjudged)}</span>,
          },
          {
            head: "would pass without it",
            right: true,
            cell: ({ alone, perhaps }) =>
              perhaps > 0 ? `${count(alone)}, perhaps ${count(perhaps)} more` : count(alone),
          },
        ]}
      />
    </Panel>
  );
}
