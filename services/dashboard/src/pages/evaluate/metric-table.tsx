import type { Metric, Report } from "@anyone/contracts/evaluate";
import { Badge, State, Tier } from "../../components/badge.tsx";
import { figure, short } from "../../format.ts";

/** Metrics down, checkpoints across: the arms of one comparison stand beside each other. */
export function MetricTable({ reports }: { reports: readonly Report[] }) {
  const columns = [...reports].sort(
    (a, b) => (a.arm ?? "").localeCompare(b.arm ?? "") || (a.seed ?? 0) - (b.seed ?? 0),
  );
  const names = [...new Set(columns.flatMap((report) => report.metrics.map((metric) => metric.name)))].sort();
  return (
    <div className="overflow-x-auto">
      <table className="w-full border-collapse" aria-label="metrics">
        <thead>
          <tr className="text-left align-bottom text-xs text-faint">
            <th className="px-3 py-1.5 font-medium">metric</th>
            {columns.map((report) => (
              <th key={report.id} className="px-3 py-1.5 text-right font-medium" title={report.checkpointId}>
                <div className="text-ink">
                  {report.arm ? (
                    <Badge tone={report.arm === "hola" ? "accent" : "plain"}>{report.arm}</Badge>
                  ) : (
                    short(report.checkpointId, 12)
                  )}
                  {report.seed !== null && ` seed ${report.seed}`}
                </div>
                {report.step !== null && `step ${report.step}`} <State of={report.state} />
              </th>
            ))}
            <th className="px-3 py-1.5 font-medium">measured by</th>
            <th className="px-3 py-1.5 font-medium">method</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const cells = columns.map((report) => report.metrics.find((metric) => metric.name === name));
            const any = cells.find((metric) => metric !== undefined);
            return (
              <tr key={name} className="border-t border-line">
                <td className="px-3 py-1.5 font-medium whitespace-nowrap">{name.replaceAll("_", " ")}</td>
                {cells.map((metric, place) => (
                  <td key={columns[place]?.id} className="px-3 py-1.5 text-right whitespace-nowrap">
                    <Cell metric={metric} />
                  </td>
                ))}
                <td className="px-3 py-1.5">
                  <Model metric={any} />
                </td>
                <td className="max-w-72 truncate px-3 py-1.5 text-dim" title={any?.method}>
                  {any?.method}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cell({ metric }: { metric: Metric | undefined }) {
  if (!metric) return <span className="text-faint">–</span>;
  if (metric.state === "unavailable") return <span className="text-xs text-faint">unavailable</span>;
  return (
    <>
      <div className="font-medium">{figure(metric.value)}</div>
      <div className="text-xs text-faint">
        {metric.low !== null && metric.high !== null ? `${figure(metric.low)} – ${figure(metric.high)}` : "no interval"}
        {metric.n !== null && ` · n ${metric.n}`}
        {metric.seed !== null && ` · seed ${metric.seed}`}
      </div>
    </>
  );
}

function Model({ metric }: { metric: Metric | undefined }) {
  const model = metric?.model as
    | { model?: string; version?: string; tier?: string; sha256?: string }
    | null
    | undefined;
  if (!model || model.tier === "none") return <span className="text-faint">no model</span>;
  return (
    <span title={model.sha256 ? `sha256 ${model.sha256}` : undefined} className="whitespace-nowrap">
      {model.model} <Tier of={model.tier} />
    </span>
  );
}
