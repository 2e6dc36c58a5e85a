import { evaluateApi } from "@anyone/contracts/evaluate";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useApi } from "../../client.ts";
import { Choice } from "../../components/controls.tsx";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { Grids } from "./grids.tsx";
import { MetricTable } from "./metric-table.tsx";
import { Promotions } from "./promotions.tsx";
import { Schedules } from "./schedules.tsx";

export function EvaluatePage() {
  const reports = useApi(evaluateApi.listReports, { query: {} }, { every: 4_000 });
  const search = useSearch({ strict: false }) as { version?: number };
  const navigate = useNavigate();
  const all = reports.data?.items ?? [];
  const versions = [...new Set(all.map((report) => report.version))];
  const version = search.version ?? versions[0];
  const shown = all.filter((report) => report.version === version);

  return (
    <Page
      title="Evaluate"
      lead="Every number with its interval, the model that measured it, its tier, sample size and seed. What could not be measured is said to be unavailable."
    >
      <Panel
        title="Reports"
        flush
        actions={
          versions.length > 1 && (
            <Choice
              name="version"
              value={String(version)}
              of={versions.map((number) => ({ value: String(number), label: `v${number}` }))}
              onChange={(value) => navigate({ to: ".", search: { version: Number(value) } as never, replace: true })}
            />
          )
        }
      >
        <Loaded of={reports}>
          {shown.length === 0 ? (
            <Empty title="No report yet">A checkpoint is evaluated as soon as its run ends.</Empty>
          ) : (
            <MetricTable reports={shown} />
          )}
        </Loaded>
      </Panel>
      <Grids reports={shown} />
      <Schedules />
      <Promotions />
    </Page>
  );
}
