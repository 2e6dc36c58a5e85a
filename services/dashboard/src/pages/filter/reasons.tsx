import type { FunnelRow } from "@anyone/contracts/filter";
import { Bars } from "../../components/bars.tsx";
import { Empty } from "../../components/state.tsx";

/** Drop reasons over all sources, most frequent first; the share is of all that were judged. */
export function Reasons(props: {
  rows: readonly FunnelRow[];
  chosen: string | undefined;
  onChoose: (reason: string | undefined) => void;
}) {
  const judged = props.rows.filter((row) => row.status === "kept" || row.status === "dropped");
  const total = judged.reduce((sum, row) => sum + row.count, 0);
  const counts = new Map<string, number>();
  for (const row of judged) {
    if (row.status === "dropped")
      counts.set(row.reason ?? "unknown", (counts.get(row.reason ?? "unknown") ?? 0) + row.count);
  }
  if (counts.size === 0) return <Empty title="Nothing was dropped yet" />;
  const items = [...counts].sort(([, a], [, b]) => b - a);
  return (
    <Bars
      total={total}
      items={items.map(([reason, value]) => ({
        key: reason,
        name: reason,
        value,
        tone: "warn",
        selected: reason === props.chosen,
        onClick: () => props.onChoose(reason === props.chosen ? undefined : reason),
      }))}
    />
  );
}
