import { filterApi } from "@anyone/contracts/filter";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useApi } from "../../client.ts";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { DroppedList } from "./dropped-list.tsx";
import { Funnel } from "./funnel.tsx";
import { PoolList } from "./pool-list.tsx";
import { Reasons } from "./reasons.tsx";

export function FilterPage() {
  const funnel = useApi(filterApi.getFunnel, undefined, { every: 3_000 });
  const search = useSearch({ strict: false }) as { reason?: string };
  const navigate = useNavigate();
  const choose = (reason: string | undefined) => navigate({ to: ".", search: { reason } as never, replace: true });
  const rows = funnel.data?.items ?? [];

  return (
    <Page
      title="Filter"
      lead="Every fetched candidate is kept as an asset of the pool, or dropped with one reason."
      actions={
        <Link to="/filter/report" className="font-medium text-accent">
          Report and thresholds
        </Link>
      }
    >
      <Loaded of={funnel}>
        {rows.length === 0 ? (
          <Panel>
            <Empty title="Nothing to filter yet">
              Candidates arrive here as soon as a <a href="/source">source</a> is crawled.
            </Empty>
          </Panel>
        ) : (
          <div className="grid gap-4 lg:grid-cols-2">
            <Panel title="By source" flush>
              <Funnel rows={rows} />
            </Panel>
            <Panel title="Why candidates were dropped" note="choose one to see them">
              <Reasons rows={rows} chosen={search.reason} onChoose={choose} />
            </Panel>
          </div>
        )}
      </Loaded>
      <DroppedList reason={search.reason} onClear={() => choose(undefined)} />
      <PoolList />
    </Page>
  );
}
