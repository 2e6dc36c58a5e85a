import { consentApi, type Refresh } from "@anyone/contracts/consent";
import { askedOf } from "@anyone/domain/source/recheck";
import { useAction, useApi } from "../../client.ts";
import { State } from "../../components/badge.tsx";
import { Button } from "../../components/controls.tsx";
import { Panel } from "../../components/panel.tsx";
import { Empty, Failure, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { ago, count, moment } from "../../format.ts";

const SHOWN = 5;

/** The last times that hosts were asked again about pictures of the pool, and what came of it. */
export function RefreshTable() {
  const rechecks = useApi(consentApi.listRechecks, undefined, { every: 5_000 });
  const refresh = useApi(consentApi.getRefresh, undefined, { every: 30_000 });
  const start = useAction(consentApi.startRecheck);
  const items = rechecks.data?.items ?? [];
  const runs = items.some(({ finishedAt }) => finishedAt === null);
  return (
    <Panel
      title="Asked again"
      note={refresh.data && noteOf(refresh.data)}
      actions={
        <Button
          title="Asks about every picture that nobody was asked about for a day"
          disabled={runs || start.isPending}
          onClick={() => start.mutate({ body: { olderThanDays: 1 } })}
        >
          {runs ? "Asking…" : "Ask now"}
        </Button>
      }
      flush
    >
      <Failure error={start.error} />
      <Loaded of={rechecks}>
        <Table
          label="asked again"
          rows={items.slice(0, SHOWN)}
          rowKey={({ id }) => id}
          empty={
            <Empty title="Nobody was asked again yet">
              Hosts are asked whether a picture is still there and what may be done with it; what may not stay leaves
              the pool.
            </Empty>
          }
          columns={[
            { head: "pictures of", cell: ({ sourceId }) => sourceId ?? "every source" },
            { head: "state", cell: ({ finishedAt }) => <State of={finishedAt === null ? "running" : "done"} /> },
            {
              head: "asked",
              right: true,
              cell: (one) => (
                <>
                  {count(askedOf(one))}
                  <span className="text-faint">
                    {" "}
                    of {count(one.found)}
                    {one.listed ? "" : "+"}
                  </span>
                </>
              ),
            },
            { head: "unchanged", right: true, cell: ({ unchanged }) => count(unchanged) },
            { head: "changed", right: true, cell: ({ changed }) => count(changed) },
            { head: "opted out", right: true, cell: ({ optedOut }) => count(optedOut) },
            { head: "gone", right: true, cell: ({ gone }) => count(gone) },
            { head: "no answer", right: true, cell: ({ unanswered }) => count(unanswered) },
            {
              head: "left the pool",
              right: true,
              cell: ({ departed }) => <span className={departed > 0 ? "text-warn" : ""}>{count(departed)}</span>,
            },
            { head: "came back", right: true, cell: ({ returned }) => count(returned) },
            { head: "why", cut: true, width: "18%", cell: ({ why }) => <span title={why}>{why}</span> },
            {
              head: "started",
              right: true,
              cell: ({ startedAt }) => <span title={moment(startedAt)}>{ago(startedAt)}</span>,
            },
          ]}
        />
      </Loaded>
    </Panel>
  );
}

/** When it begins by itself, and what is out of the pool by it. */
function noteOf({ everyDays, nextAt, left }: Refresh): string {
  const next = nextAt === null ? "" : `, not before ${moment(nextAt)}`;
  const when = everyDays === 0 ? "never by itself" : `by itself every ${everyDays} days${next}`;
  const out = left.map(({ reason, count: of }) => `${count(of)} ${reason}`).join(", ");
  return `${when} (setting pool.refresh)${out === "" ? "" : `; out of the pool now: ${out}`}`;
}
