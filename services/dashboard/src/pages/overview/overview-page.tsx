import { systemApi } from "@anyone/contracts/system";
import { useApi } from "../../client.ts";
import { Page, Panel } from "../../components/panel.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { EventList } from "../system/event-list.tsx";
import { HealthNote } from "./health-note.tsx";
import { StageColumn } from "./stage-column.tsx";
import { Turn } from "./turn.tsx";

export function OverviewPage() {
  const overview = useApi(systemApi.overview, undefined, { every: 1_500 });
  const stages = overview.data?.stages ?? [];
  const nothing = stages.length > 0 && stages.every((stage) => stage.counts.every(({ count }) => count === 0));

  return (
    <Page
      title="Overview"
      lead="The seven stages as they stand now: what went through, what waits, what did not get through and why."
    >
      <HealthNote />
      <Loaded of={overview}>
        {overview.data && <Turn turn={overview.data.turn} />}
        {nothing && (
          <Panel>
            <Empty title="The wheel stands still: there are no images yet">
              Add a source on the <a href="/source">source page</a> and start a crawl, or run{" "}
              <code>anyone import &lt;folder&gt;</code>. Everything after that moves by itself.
            </Empty>
          </Panel>
        )}
        <div className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line md:grid-cols-4 xl:grid-cols-7">
          {stages.map((stage) => (
            <StageColumn key={stage.stage} view={stage} />
          ))}
        </div>
      </Loaded>
      <Panel title="What happened" note="latest first" flush>
        <EventList limit={12} />
      </Panel>
    </Page>
  );
}
