import { type RequestBudget, sourceApi } from "@anyone/contracts/source";
import { useApi } from "../../client.ts";
import { Badge } from "../../components/badge.tsx";
import { Empty, Loaded } from "../../components/state.tsx";
import { Table } from "../../components/table.tsx";
import { ago, count, moment } from "../../format.ts";

const BREAKER = { closed: "good", "half-open": "warn", open: "bad" } as const;

/** Hosts and API keys, the last used first: how fast we may go, how fast we go, and how they bear it. */
export function BudgetTable() {
  const budgets = useApi(sourceApi.listRequestBudgets, { query: { limit: 12 } }, { every: 3_000 });
  return (
    <Loaded of={budgets}>
      <Table
        label="hosts and keys"
        rows={budgets.data?.items ?? []}
        rowKey={(budget) => budget.name}
        empty={<Empty title="No host yet">The first request to a host opens its budget.</Empty>}
        columns={[
          { head: "host or key", cut: true, width: "24%", cell: ({ name }) => <span title={name}>{named(name)}</span> },
          {
            head: "breaker",
            cell: ({ breaker, waitMs }) => (
              <Badge tone={BREAKER[breaker]} title={waitMs > 1000 ? `next request in ${seconds(waitMs)}` : "no wait"}>
                {breaker}
              </Badge>
            ),
          },
          {
            head: "rate",
            right: true,
            cell: ({ perSecond, allowedPerSecond }) => (
              <>
                {rate(perSecond)} <span className="text-faint">of {rate(allowedPerSecond)}</span>
              </>
            ),
          },
          {
            head: "left now",
            right: true,
            cell: ({ left, burst }) => (
              <>
                {count(left)} <span className="text-faint">of {count(burst)}</span>
              </>
            ),
          },
          {
            head: "in flight",
            right: true,
            cell: ({ inFlight, concurrency }) => (
              <>
                {count(inFlight)} <span className="text-faint">of {count(concurrency)}</span>
              </>
            ),
          },
          { head: "requests", right: true, cell: ({ requests }) => count(requests) },
          { head: "429", right: true, cell: ({ throttledShare }) => share(throttledShare) },
          { head: "failed", right: true, cell: ({ failedShare }) => share(failedShare) },
          {
            head: "latency",
            right: true,
            cell: ({ latencyMs }) => (latencyMs === null ? "–" : `${latencyMs.toFixed(0)} ms`),
          },
          {
            head: "used",
            right: true,
            cell: ({ updatedAt }) => <span title={moment(updatedAt)}>{ago(updatedAt)}</span>,
          },
        ]}
      />
    </Loaded>
  );
}

function named(name: RequestBudget["name"]): string {
  return name.startsWith("host:") ? name.slice("host:".length) : name.replace(/^key:(.*):/, "$1 key ");
}

/** Requests per second, or per minute where that is less than one. */
function rate(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(perSecond < 10 ? 1 : 0)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
}

function share(value: number | null): string {
  return value === null ? "–" : `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;
}

function seconds(ms: number): string {
  return ms < 90_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`;
}
