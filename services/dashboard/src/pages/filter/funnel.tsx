import type { FunnelRow } from "@anyone/contracts/filter";
import { Stack } from "../../components/bars.tsx";
import { Table } from "../../components/table.tsx";
import { count, percent } from "../../format.ts";

interface SourceFunnel {
  sourceId: string;
  listed: number;
  fetched: number;
  failed: number;
  kept: number;
  dropped: number;
}

/** How far each source's candidates got. */
export function Funnel({ rows }: { rows: readonly FunnelRow[] }) {
  return (
    <Table
      label="funnel by source"
      rows={bySource(rows)}
      rowKey={(row) => row.sourceId}
      columns={[
        { head: "source", cell: (row) => <span className="font-medium">{row.sourceId}</span> },
        {
          head: "",
          width: "22%",
          cell: (row) => (
            <Stack
              parts={[
                { name: "kept", value: row.kept, tone: "good" },
                { name: "dropped", value: row.dropped, tone: "warn" },
                { name: "failed", value: row.failed, tone: "bad" },
                { name: "waiting", value: row.fetched + row.listed },
              ]}
            />
          ),
        },
        {
          head: "found",
          right: true,
          cell: (row) => count(row.listed + row.fetched + row.failed + row.kept + row.dropped),
        },
        { head: "failed", right: true, cell: (row) => count(row.failed) },
        { head: "dropped", right: true, cell: (row) => count(row.dropped) },
        { head: "kept", right: true, cell: (row) => count(row.kept) },
        {
          head: "of judged",
          right: true,
          cell: (row) => percent(row.kept + row.dropped > 0 ? row.kept / (row.kept + row.dropped) : null),
        },
      ]}
    />
  );
}

function bySource(rows: readonly FunnelRow[]): SourceFunnel[] {
  const sources = new Map<string, SourceFunnel>();
  for (const row of rows) {
    const source = sources.get(row.sourceId) ?? {
      sourceId: row.sourceId,
      listed: 0,
      fetched: 0,
      failed: 0,
      kept: 0,
      dropped: 0,
    };
    if (row.status in source) source[row.status as "kept"] += row.count;
    sources.set(row.sourceId, source);
  }
  return [...sources.values()];
}
